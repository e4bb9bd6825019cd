// The shop's GA4 tag: what it sends follows gtag.js as observed on the wire and as documented:
// https://developers.google.com/analytics/devguides/collection/ga4 (events, items)
// https://developers.google.com/tag-platform/security/concepts/consent-mode (gcs, gcd, cookieless pings)
(() => {
  'use strict';

  const ENDPOINT = 'https://www.google-analytics.com/g/collect';
  const SESSION_MINUTES = 30;
  const TWO_YEARS = 60 * 60 * 24 * 730;
  const SIGNALS = ['ad_storage', 'analytics_storage', 'ad_user_data', 'ad_personalization'];
  // How each signal came to be: by the default alone, or by the default and then an update.
  const LETTERS = { default: { denied: 'p', granted: 't' }, denied: { denied: 'q', granted: 'r' }, granted: { denied: 'u', granted: 'v' } };
  const ITEM_KEYS = {
    item_id: 'id', item_name: 'nm', item_brand: 'br', item_category: 'ca', item_variant: 'va', price: 'pr', quantity: 'qt',
    coupon: 'cp', discount: 'ds', index: 'lp', item_list_id: 'li', item_list_name: 'ln', affiliation: 'af',
  };
  const CONVERSIONS = new Set(['purchase', 'generate_lead']);

  const faulty = (name) => window.shop.faults.includes(name);
  const number = (limit) => crypto.getRandomValues(new Uint32Array(1))[0] % limit;
  const seconds = () => Math.floor(Date.now() / 1000);
  const cookie = (name) => document.cookie.split('; ').find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const keep = (name, value, age = TWO_YEARS) => {
    document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax`;
  };
  const encode = (pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');

  class Ga4 {
    constructor(account) {
      this.account = account;
      this.sessionCookie = `_ga_${account.replace('G-', '')}`;
      this.loaded = Date.now();
      this.page = this.loaded + number(1000);
      this.sequence = 0;
      this.queue = [];
      this.waiting = false;
      this.consent = {};
      this.justUpdated = false;
      this.first = true;
      this.previousUrl = document.referrer;
      this.currentUrl = null;
      this.engagedSince = document.visibilityState === 'visible' ? this.loaded : null;
      this.engaged = 0;
      this.ephemeral = { client: `${number(2147483647)}.${seconds()}`, session: String(seconds()), count: 1, fresh: true, newcomer: true };
      this.identity = null;

      addEventListener('pagehide', () => this.leave());
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'hidden') this.leave();
        else this.engagedSince = Date.now();
      });
    }

    granted(signal) {
      const state = this.consent[signal];
      return state ? (state.update ?? state.default) === 'granted' : true;
    }

    /** A consent command of the data layer: kind is `default` or `update`. */
    onConsent(kind, states) {
      const before = this.granted('analytics_storage');
      for (const signal of SIGNALS) {
        if (signal in states) this.consent[signal] = { ...this.consent[signal], [kind]: states[signal] };
      }
      const after = this.granted('analytics_storage');
      if (kind !== 'update' || this.first) return;
      if (!before && after) {
        this.justUpdated = true;
        this.event('user_engagement', [['_et', this.engagement()]]);
      }
      if (before && !after) this.forget();
    }

    /** Without consent an identity lasts as long as the page load; with it, it is kept in cookies. */
    who() {
      if (!this.granted('analytics_storage')) return faulty('identifiers-in-denied-ping') ? this.stalked() : this.ephemeral;
      if (!this.identity) {
        const known = cookie('_ga')?.match(/^GA1\.1\.(\d+\.\d+)$/)?.[1];
        const past = cookie(this.sessionCookie)?.match(/^GS2\.1\.s(\d+)\$o(\d+)\$g([01])\$t(\d+)\$/);
        const alive = past && seconds() - Number(past[4]) < SESSION_MINUTES * 60;
        this.identity = {
          client: known ?? this.ephemeral.client,
          session: alive ? past[1] : this.ephemeral.session,
          count: past ? Number(past[2]) + (alive ? 0 : 1) : 1,
          fresh: !alive && this.first,
          newcomer: !known && this.first,
          engaged: Boolean(alive),
        };
        keep('_ga', `GA1.1.${this.identity.client}`);
      }
      const { session, count, engaged } = this.identity;
      keep(this.sessionCookie, `GS2.1.s${session}$o${count}$g${Number(engaged)}$t${seconds()}$j60$l0$h0`);
      return this.identity;
    }

    stalked() {
      const known = localStorage.getItem('kiln-visitor') ?? this.ephemeral.client;
      localStorage.setItem('kiln-visitor', known);
      return { ...this.ephemeral, client: known, user: `visitor-${known}` };
    }

    forget() {
      this.identity = null;
      keep('_ga', '', 0);
      keep(this.sessionCookie, '', 0);
    }

    engagement() {
      const now = Date.now();
      if (this.engagedSince !== null) {
        this.engaged += now - this.engagedSince;
        this.engagedSince = now;
      }
      const spent = this.engaged;
      this.engaged = 0;
      return spent;
    }

    consentMarks() {
      const known = SIGNALS.some((signal) => this.consent[signal]);
      if (!known) return [['gcd', '13l3l3l3l1l1']];
      const letter = (signal) => {
        const { default: first, update } = this.consent[signal];
        return update ? LETTERS[first][update] : LETTERS.default[first];
      };
      const marks = [['gcs', `G1${Number(this.granted('ad_storage'))}${Number(this.granted('analytics_storage'))}`]];
      if (this.justUpdated) marks.push(['gcu', '1']);
      this.justUpdated = false;
      marks.push(['gcd', `13${SIGNALS.map(letter).join('3')}5l1`], ['npa', this.granted('ad_personalization') ? '0' : '1']);
      return marks;
    }

    shared() {
      const who = this.who();
      return [
        ['v', '2'], ['tid', this.account], ['_p', this.page], ...this.consentMarks(), ['dma', '0'],
        ['cid', who.client], ...(who.user ? [['uid', who.user]] : []), ['ul', navigator.language.toLowerCase()], ['sr', `${screen.width}x${screen.height}`],
        ['frm', '0'], ['pscdl', this.granted('ad_storage') ? 'noapi' : 'denied'], ['_s', ++this.sequence],
        ['sid', who.session], ['sct', who.count], ['seg', Number(Boolean(who.engaged))],
        ['dl', this.queue[0].url], ...(this.queue[0].referrer ? [['dr', this.queue[0].referrer]] : []), ['dt', this.queue[0].title],
      ];
    }

    /** Queue one event; those of the same task leave together, as one batch. */
    event(name, pairs) {
      if (location.href !== this.currentUrl) {
        if (this.currentUrl !== null) {
          this.flush();
          this.previousUrl = this.currentUrl;
        }
        this.currentUrl = location.href;
      }
      const marks = [];
      if (this.first && name !== 'user_engagement') {
        const who = this.who();
        if (who.newcomer) marks.push(['_fv', '1'], ['_nsi', '1']);
        if (who.fresh) marks.push(['_ss', '1']);
        if (faulty('campaign-invented') && !document.referrer) marks.push(...this.campaign());
        this.first = false;
      }
      if (CONVERSIONS.has(name)) marks.push(['_c', '1']);
      this.queue.push({ url: this.currentUrl, referrer: this.previousUrl, title: document.title, pairs: [['en', name], ...marks, ...pairs] });
      if (!this.waiting) {
        this.waiting = true;
        queueMicrotask(() => {
          this.waiting = false;
          this.flush();
        });
      }
    }

    campaign() {
      const told = Object.fromEntries(new URLSearchParams(location.search));
      return [['cs', told.utm_source], ['cm', told.utm_medium], ['cn', told.utm_campaign]];
    }

    /** One event with the parameters and items of a data-layer event. */
    track(name, parameters, ecommerce) {
      const { items = [], currency, ...money } = ecommerce || {};
      const pairs = [];
      const all = { ...parameters, ...money };
      // The page's title has a key of its own on the wire: dt.
      delete all.page_title;
      const unit = currency ?? all.currency;
      delete all.currency;
      if (unit !== undefined) pairs.push(['cu', unit]);
      items.forEach((item, position) => pairs.push([`pr${position + 1}`, this.item(item)]));
      for (const [key, value] of Object.entries(all)) {
        if (value === undefined || value === null) continue;
        pairs.push([typeof value === 'number' ? `epn.${key}` : `ep.${key}`, value]);
      }
      if (!this.first) pairs.push(['_et', this.engagement()]);
      this.event(name, pairs);
    }

    item(item) {
      const fields = [];
      let custom = 0;
      for (const [key, value] of Object.entries(item)) {
        const text = String(value).replace(/~/g, '~~');
        if (key in ITEM_KEYS) fields.push(`${ITEM_KEYS[key]}${text}`);
        else {
          fields.push(`k${custom}${key}`, `v${custom}${text}`);
          custom += 1;
        }
      }
      return fields.join('~');
    }

    flush(leaving = false) {
      if (!this.queue.length) return;
      const shared = this.shared();
      const spent = ['tfd', Date.now() - this.loaded];
      const single = this.queue.length === 1;
      const url = `${ENDPOINT}?${encode([...shared, ...(single ? this.queue[0].pairs : []), spent])}`;
      const body = single ? null : this.queue.map((each) => encode(each.pairs)).join('\r\n');
      this.queue = [];
      if (leaving && navigator.sendBeacon(url, body)) return;
      fetch(url, { method: 'POST', body, keepalive: true, mode: 'no-cors', credentials: 'include' }).catch(() => {});
    }

    /** What a broken script makes of a hit: bytes that are no text. */
    heartbeat() {
      const noise = Uint8Array.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0x00, 0x9c, 0xc3, 0x28, 0xa0, 0xb1]);
      navigator.sendBeacon(`${ENDPOINT}?${encode([['v', '2'], ['tid', this.account], ['_p', this.page], ...this.consentMarks()])}`, noise);
    }

    leave() {
      const spent = this.engagement();
      this.engagedSince = null;
      if (spent > 0 && !this.first) this.event('user_engagement', [['_et', spent]]);
      this.flush(true);
    }
  }

  window.Ga4 = Ga4;
})();
