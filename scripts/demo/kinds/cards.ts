import { samples } from '../../../test/simulators/samples.ts'
import type { Kind } from './chat.ts'

const until = Math.floor(Date.UTC(2027, 0, 1) / 1000)

/** What businesses send, invitations and money. */
export const cards: readonly Kind[] = [
  {
    name: 'Buttons',
    sent: 'Pick *one* [Yes] [No]',
    make: chat =>
      chat.says({
        buttonsMessage: {
          contentText: 'Pick *one*',
          footerText: 'Acme',
          buttons: [{ buttonText: { displayText: 'Yes' } }, { buttonText: { displayText: 'No' } }],
        },
      }),
    telegram: [/^Pick one ⏎ Acme ⏎ ▫️ Yes ⏎ ▫️ No/],
  },
  {
    name: 'List',
    sent: 'Menu: Tea, Cola',
    make: chat =>
      chat.says({
        listMessage: {
          title: 'Menu',
          description: 'Choose',
          sections: [{ title: 'Drinks', rows: [{ title: 'Tea', description: 'hot' }, { title: 'Cola' }] }],
        },
      }),
    telegram: [/^Menu ⏎ Choose ⏎ Drinks ⏎ • Tea – hot ⏎ • Cola/],
  },
  {
    name: 'Template',
    sent: 'Order 5 shipped [Track] [Call us]',
    make: chat =>
      chat.says({
        templateMessage: {
          hydratedTemplate: {
            hydratedTitleText: 'Your order',
            hydratedContentText: 'Order 5 shipped',
            hydratedButtons: [
              { urlButton: { displayText: 'Track', url: 'https://acme.example/5' } },
              { callButton: { displayText: 'Call us', phoneNumber: '+15550009999' } },
            ],
          },
        },
      }),
    telegram: [/^Your order ⏎ Order 5 shipped ⏎ Call us: \+15550009999.*\[Track\]$/],
  },
  {
    name: 'Interactive',
    sent: 'Half price today [Copy the code] [Open the shop]',
    make: chat =>
      chat.says({
        interactiveMessage: {
          body: { text: 'Half price today' },
          nativeFlowMessage: {
            buttons: [
              {
                name: 'cta_copy',
                buttonParamsJson: JSON.stringify({ display_text: 'Copy the code', copy_code: 'SALE5' }),
              },
              {
                name: 'cta_url',
                buttonParamsJson: JSON.stringify({
                  display_text: 'Open the shop',
                  url: 'https://acme.example/',
                }),
              },
            ],
          },
        },
      }),
    telegram: [/^Half price today \[Copy the code\] \[Open the shop\]$/],
  },
  {
    name: 'Carousel',
    sent: 'Our picks: 📷 Red shoe [Buy], 📷 Blue shoe [Buy]',
    make: async chat => {
      const card = async (title: string) => ({
        header: { title, ...(await samples.photo(chat.world.wa.media)) },
        body: { text: '49.99 EUR' },
        nativeFlowMessage: {
          buttons: [
            {
              name: 'cta_url',
              buttonParamsJson: JSON.stringify({ display_text: 'Buy', url: 'https://acme.example/' }),
            },
          ],
        },
      })
      const cards = [await card('Red shoe'), await card('Blue shoe')]
      await chat.says({ interactiveMessage: { body: { text: 'Our picks' }, carouselMessage: { cards } } })
    },
    telegram: [
      /^Our picks$/,
      /^📷 photo · Red shoe ⏎ 49\.99 EUR.*\[Buy\]$/,
      /^📷 photo · Blue shoe ⏎ 49\.99 EUR.*\[Buy\]$/,
    ],
  },
  {
    name: 'Product',
    sent: '📷 Red shoe, 49.99 EUR',
    make: async chat => {
      const { imageMessage } = await samples.photo(chat.world.wa.media)
      await chat.says({
        productMessage: {
          product: {
            productImage: imageMessage ?? null,
            title: 'Red shoe',
            description: 'size 42',
            currencyCode: 'EUR',
            priceAmount1000: 49_990,
            url: 'https://acme.example/9',
          },
        },
      })
    },
    telegram: [/^📷 photo · Red shoe ⏎ 49\.99 EUR ⏎ size 42.*\[Open\]$/],
  },
  {
    name: 'Order',
    sent: '🛒 3 items, 129.50 EUR',
    make: chat =>
      chat.says({
        orderMessage: {
          orderTitle: 'Cart',
          itemCount: 3,
          totalAmount1000: 129_500,
          totalCurrencyCode: 'EUR',
          message: 'please',
        },
      }),
    telegram: [/^🛒 Order: Cart ⏎ 3 items, 129\.50? EUR ⏎ please/],
  },
  {
    name: 'Sticker pack',
    sent: '🎴 Cats, by Ann',
    make: chat =>
      chat.says({
        stickerPackMessage: { name: 'Cats', publisher: 'Ann', stickers: [{}, {}], caption: 'for you' },
      }),
    telegram: [/^🎴 Sticker pack: Cats ⏎ by Ann ⏎ 2 stickers; see them on the phone ⏎ for you/],
  },
  {
    name: 'Group invitation',
    sent: '✉️ join “Runners”',
    make: chat =>
      chat.says({
        groupInviteMessage: {
          groupJid: '120363000000009999@g.us',
          inviteCode: 'C0DE',
          groupName: 'Runners',
          caption: 'join us',
          inviteExpiration: until,
        },
      }),
    telegram: [/^✉️ Invitation to the group "Runners" ⏎ join us ⏎ Until 2027.*\[Join\]$/],
  },
  {
    name: 'Payment',
    sent: '💸 for lunch',
    make: chat => chat.says({ sendPaymentMessage: { noteMessage: { conversation: 'lunch' } } }),
    telegram: [/^💸 Payment: lunch/],
  },
  {
    name: 'Payment request',
    sent: '💸 250 INR for the taxi',
    make: chat =>
      chat.says({
        requestPaymentMessage: {
          amount1000: 250_000,
          currencyCodeIso4217: 'INR',
          noteMessage: { conversation: 'taxi' },
          expiryTimestamp: until,
        },
      }),
    telegram: [/^💸 Payment request: 250 INR ⏎ taxi ⏎ until/],
  },
]
