/** What the demo's names are made of. `maturity` are the ages a title of the genre may ask for. */
export const genres = [
  {
    name: 'Drama',
    first: ['Quiet', 'Borrowed', 'Second', 'Salt', 'Winter', 'Paper'],
    last: ['Letters', 'Harbour', 'Daughters', 'Summer', 'Kitchen', 'Inheritance'],
    maturity: [6, 12, 16],
  },
  {
    name: 'Science fiction',
    first: ['Orbital', 'Pale', 'Ninth', 'Synthetic', 'Distant', 'Hollow'],
    last: ['Signal', 'Colony', 'Horizon', 'Memory', 'Aurora', 'Protocol'],
    maturity: [12, 16],
  },
  {
    name: 'Thriller',
    first: ['Black', 'Silent', 'Last', 'Double', 'Cold', 'Northern'],
    last: ['Witness', 'Ferry', 'Alibi', 'Corridor', 'Exchange', 'Passenger'],
    maturity: [16, 18],
  },
  {
    name: 'Comedy',
    first: ['Accidental', 'Perfectly', 'Almost', 'Grand', 'Terribly', 'Lucky'],
    last: ['Wedding', 'Neighbours', 'Detour', 'Bakery', 'Reunion', 'Landlord'],
    maturity: [0, 6, 12],
  },
  {
    name: 'Documentary',
    first: ['Inside the', 'Beneath the', 'The Living', 'A Year of', 'The Secret', 'Above the'],
    last: ['Reef', 'Glacier', 'Forest', 'Orchestra', 'Desert', 'Archive'],
    maturity: [0, 6],
  },
  {
    name: 'Family',
    first: ['Captain', 'Little', 'Professor', 'Super', 'Tiny', 'Grandma'],
    last: ['Marmalade', 'Lighthouse', 'Otter', 'Balloon', 'Robot', 'Compass'],
    maturity: [0, 6],
  },
  {
    name: 'Crime',
    first: ['Harbour', 'Midnight', 'Cobalt', 'Iron', 'Dead', 'Velvet'],
    last: ['Ledger', 'District', 'Confession', 'Syndicate', 'Verdict', 'Heist'],
    maturity: [16, 18],
  },
  {
    name: 'Fantasy',
    first: ['Ember', 'Thorn', 'Silver', 'Raven', 'Moon', 'Storm'],
    last: ['Crown', 'Keepers', 'Gate', 'Song', 'Covenant', 'Wanderer'],
    maturity: [6, 12, 16],
  },
  {
    name: 'Romance',
    first: ['Before', 'After', 'Until', 'Without', 'Beyond', 'Between'],
    last: ['Lisbon', 'Midnight', 'the Rain', 'September', 'the Vineyard', 'You'],
    maturity: [0, 6, 12],
  },
  {
    name: 'Action',
    first: ['Rapid', 'Final', 'Zero', 'Burning', 'Red', 'Savage'],
    last: ['Descent', 'Meridian', 'Voltage', 'Frontier', 'Pursuit', 'Extraction'],
    maturity: [12, 16],
  },
] as const

/** Titles that were made in another language, with their names elsewhere. */
export const foreign = [
  { name: 'Amélie et la Marée', language: 'fr', translations: { en: 'Amélie and the Tide', de: 'Amélie und die Flut' } },
  { name: 'Das Leise Haus', language: 'de', translations: { en: 'The Hushed House', fr: 'La Maison muette' } },
  { name: 'El Último Tren a Cádiz', language: 'es', translations: { en: 'The Last Train to Cádiz', fr: 'Le Dernier Train pour Cadix' } },
  { name: '夜の灯台', language: 'ja', translations: { en: 'Lighthouse at Night', de: 'Leuchtturm bei Nacht' } },
  { name: '장마의 노래', language: 'ko', translations: { en: 'Song of the Long Rain', es: 'Canción de la lluvia larga' } },
  { name: '山城往事', language: 'zh', translations: { en: 'Once in the Mountain City', fr: 'Il était une ville' } },
  { name: 'Тихий Берег', language: 'ru', translations: { en: 'A Quiet Shore', de: 'Stilles Ufer' } },
  { name: 'أغنية الصحراء', language: 'ar', translations: { en: 'Song of the Desert', fr: 'Chant du désert' } },
  { name: 'Çatıdaki Yıldızlar', language: 'tr', translations: { en: 'Stars on the Roof', de: 'Sterne auf dem Dach' } },
  { name: 'Żółty Płaszcz', language: 'pl', translations: { en: 'The Yellow Coat', es: 'El abrigo amarillo' } },
] as const

export const givenNames = [
  'Mara',
  'Idris',
  'Noor',
  'Tomas',
  'Yuki',
  'Elena',
  'Kwame',
  'Saoirse',
  'Luca',
  'Anjali',
  'Mateo',
  'Freya',
  'Omar',
  'Ines',
  'Jonas',
  'Wei',
  'Amara',
  'Viktor',
  'Leila',
  'Hugo',
] as const
export const familyNames = [
  'Okafor',
  'Lindqvist',
  'Moreau',
  'Tanaka',
  'Alvarez',
  'Novak',
  'Haddad',
  'Byrne',
  'Rossi',
  'Iyer',
  'Schreiber',
  'Mensah',
  'Kowalski',
  'Duarte',
  'Hale',
  'Zhang',
  'Petrov',
  'Aydin',
  'Falk',
  'Ortiz',
] as const

export const openings = [
  'When a letter arrives forty years late,',
  'On the longest night of the year,',
  'With nothing left to lose,',
  'After the ferry stops running,',
  'In a town that keeps its secrets,',
  'One summer before everything changed,',
] as const
export const heroes = [
  'a reluctant surveyor',
  'two sisters',
  'a retired conductor',
  'the youngest of the crew',
  'a night-shift nurse',
  'an honest thief',
] as const
export const turns = [
  'must decide whom to believe.',
  'finds the one person who remembers.',
  'sets out for the coast and does not look back.',
  'learns what the silence was for.',
  'has until morning to put it right.',
  'begins to suspect that nobody is lost by accident.',
] as const
