import { DeliveryError } from '../../src/bridge/verdict.ts'

/** The `DeliveryError` that a promise fails with. */
export const failureOf = async (promise: Promise<unknown>): Promise<DeliveryError> => {
  const outcome = await promise.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  if (outcome instanceof DeliveryError) return outcome
  throw outcome
}
