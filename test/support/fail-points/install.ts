/**
 * Loaded before the program, in one file with it (`build.ts`): puts fail points at every seam to the disk and to both
 * networks. The program itself knows nothing of it.
 */
import { watchCommits } from './disk-points.ts'
import { watchFiles } from './file-points.ts'
import { watchRequests } from './http-points.ts'
import { watchStanzas } from './stanza-points.ts'

watchCommits()
watchFiles()
watchRequests()
watchStanzas()
