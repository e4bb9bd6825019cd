// The shop's Meta Pixel tag. Names and wire format as fbevents.js sends them:
// https://developers.facebook.com/docs/meta-pixel/reference
(() => {
  'use strict';

  const NINETY_DAYS = 60 * 60 * 24 * 90;
  const cookie = (name) => document.cookie.split('; ').find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);

  class MetaPixel {
    constructor(pixel) {
      this.pixel = pixel;
      this.count = 0;
      this.loaded = Date.now();
    }

    browser() {
      const known = cookie('_fbp');
      if (known) return known;
      const random = crypto.getRandomValues(new Uint32Array(2));
      const made = `fb.1.${Date.now()}.${(BigInt(random[0]) << 32n) | BigInt(random[1])}`;
      document.cookie = `_fbp=${made}; path=/; max-age=${NINETY_DAYS}; samesite=lax`;
      return made;
    }

    forget() {
      document.cookie = '_fbp=; path=/; max-age=0; samesite=lax';
    }

    /** where: the page that the event is about; key: Meta's event_id, by which it deduplicates. */
    track(name, data, where, key) {
      const pairs = [
        ['id', this.pixel], ['ev', name], ['dl', where.url], ['rl', where.referrer], ['if', 'false'], ['ts', Date.now()],
        ...Object.entries(data)
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([field, value]) => [`cd[${field}]`, typeof value === 'object' ? JSON.stringify(value) : value]),
        ['sw', screen.width], ['sh', screen.height], ['v', '2.9.157'], ['r', 'stable'], ['ec', this.count++], ['o', '4126'],
        ['fbp', this.browser()], ['it', this.loaded], ['coo', 'false'], ...(key ? [['eid', key]] : []), ['rqm', 'GET'],
      ];
      new Image(1, 1).src = `https://www.facebook.com/tr/?${pairs.map(([field, value]) => `${field}=${encodeURIComponent(value)}`).join('&')}`;
    }
  }

  window.MetaPixel = MetaPixel;
})();
