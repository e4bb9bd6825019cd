// The shop's Google Ads conversion tag: an image request, as the documented snippet without JavaScript makes it.
// https://support.google.com/google-ads/answer/6095821
(() => {
  'use strict';

  const NINETY_DAYS = 60 * 60 * 24 * 90;
  const cookie = (name) => document.cookie.split('; ').find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);

  class GoogleAds {
    constructor(account) {
      this.account = account.replace('AW-', '');
    }

    linker() {
      const known = cookie('_gcl_au');
      if (known) return known;
      const made = `1.1.${crypto.getRandomValues(new Uint32Array(1))[0] % 2147483647}.${Math.floor(Date.now() / 1000)}`;
      document.cookie = `_gcl_au=${made}; path=/; max-age=${NINETY_DAYS}; samesite=lax`;
      return made;
    }

    forget() {
      document.cookie = '_gcl_au=; path=/; max-age=0; samesite=lax';
    }

    convert(label, { value, currency, order }, where, gcs) {
      const pairs = [
        ['random', Date.now()], ['cv', '11'], ['guid', 'ON'], ['async', '1'], ['gcs', gcs], ['label', label],
        ...[['value', value], ['currency_code', currency], ['oid', order]].filter(([, each]) => each !== undefined),
        ['url', where.url], ['ref', where.referrer], ['tiba', where.title], ['hn', 'www.googleadservices.com'], ['frm', '0'],
        ['auid', this.linker().split('.').slice(2).join('.')], ['fmt', '3'],
      ];
      const query = pairs.map(([field, each]) => `${field}=${encodeURIComponent(each)}`).join('&');
      new Image(1, 1).src = `https://www.googleadservices.com/pagead/conversion/${this.account}/?${query}`;
    }
  }

  window.GoogleAds = GoogleAds;
})();
