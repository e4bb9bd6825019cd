// The shop's tag manager: reads the data layer, and gives each event to the tags that may have it.
(() => {
  'use strict';

  const { accounts } = window.shop;
  const faulty = (name) => window.shop.faults.includes(name);
  const ga4 = new window.Ga4(accounts.ga4);
  const meta = new window.MetaPixel(accounts.metaPixel);
  const ads = new window.GoogleAds(accounts.googleAds);

  const META_EVENTS = {
    page_view: 'PageView',
    view_item: 'ViewContent',
    add_to_cart: 'AddToCart',
    begin_checkout: 'InitiateCheckout',
    purchase: 'Purchase',
    generate_lead: 'Lead',
  };
  const INTERNAL = new Set(['event', 'ecommerce', 'once']);

  const model = {};
  const consent = {};
  let decided = false;

  const marketing = () => consent.ad_storage === 'granted' && consent.ad_user_data === 'granted';

  const merge = (target, source) => {
    for (const [key, value] of Object.entries(source)) {
      const deep = value && typeof value === 'object' && target[key] && typeof target[key] === 'object';
      target[key] = deep ? merge(target[key], value) : structuredClone(value);
    }
    return target;
  };

  const wanted = ({ parameters, ecommerce }) => {
    const value = ecommerce?.value ?? parameters.value;
    return {
      items: ecommerce?.items ?? [],
      value,
      currency: value === undefined ? undefined : ecommerce?.currency ?? parameters.currency,
      key: ecommerce?.transaction_id ?? parameters.lead_id,
    };
  };

  const tellMeta = (event) => {
    if (!(event.name in META_EVENTS)) return;
    const { items, value, currency, key } = wanted(event);
    // A page view is told bare, whatever the layer holds.
    const data = event.name === 'page_view' ? {} : { value, currency };
    if (items.length && event.name !== 'page_view') {
      data.content_type = 'product';
      data.content_ids = items.map((each) => each.item_id);
      data.contents = items.map((each) => ({ id: each.item_id, quantity: each.quantity }));
      if (event.name === 'begin_checkout') data.num_items = items.reduce((sum, each) => sum + each.quantity, 0);
    }
    meta.track(META_EVENTS[event.name], data, whereabouts(event), key);
  };

  const tellAds = (event) => {
    const label = accounts.adsLabels[event.name];
    if (!label) return;
    const { value, currency, key } = wanted(event);
    ads.convert(label, { value, currency, order: key }, event.where, `G11${Number(consent.analytics_storage === 'granted')}`);
  };

  const tellGa4 = ({ name, parameters, ecommerce }) => {
    ga4.track(name, parameters, ecommerce);
    if (name === 'page_view' && faulty('double-page-view')) ga4.track(name, parameters, ecommerce);
    if (name === 'begin_checkout' && faulty('test-event')) ga4.track('checkout_test_b', {}, undefined);
    if (name === 'purchase' && faulty('broken-beacon')) ga4.heartbeat();
  };

  // An event keeps the page it happened on, for tags that are told of it only after consent.
  const here = () => ({ url: location.href, referrer: document.referrer, title: document.title });
  const whereabouts = (event) => (faulty('utm-lost-by-late-consent') ? here() : event.where);

  const mayMeta = () => marketing() || (!decided && faulty('tag-before-consent')) || (decided && faulty('tag-after-denial'));
  const tags = [
    // Advanced consent mode: GA4 is told at once, and pings without cookies while consent is denied.
    { tell: tellGa4, may: () => decided || !faulty('utm-lost-by-late-consent'), held: [] },
    { tell: tellMeta, may: mayMeta, held: [] },
    { tell: tellAds, may: marketing, held: [] },
  ];

  const release = () => tags.filter((tag) => tag.may()).forEach((tag) => tag.held.splice(0).forEach(tag.tell));

  const onConsent = (kind, states) => {
    const before = marketing();
    Object.assign(consent, states);
    decided ||= kind === 'update';
    ga4.onConsent(kind, states);
    release();
    if (before && !marketing()) [meta, ads].forEach((tag) => tag.forget());
    if (kind === 'update' && !marketing() && faulty('late-tag-after-denial')) {
      setTimeout(() => meta.track('PageView', {}, here()), 3000);
    }
  };

  const onEvent = (entry) => {
    const event = {
      name: entry.event,
      parameters: Object.fromEntries(Object.entries(entry).filter(([key]) => !INTERNAL.has(key))),
      ecommerce: model.ecommerce ? structuredClone(model.ecommerce) : undefined,
      where: here(),
    };
    tags.forEach((tag) => tag.held.push(event));
    release();
  };

  const process = (entry) => {
    if (Object.prototype.toString.call(entry) === '[object Arguments]') {
      if (entry[0] === 'consent') onConsent(entry[1], entry[2]);
      return;
    }
    merge(model, entry);
    if (typeof entry.event === 'string') onEvent(entry);
  };

  const layer = window.dataLayer;
  [...layer].forEach(process);
  const push = layer.push;
  layer.push = (...entries) => {
    const length = push.apply(layer, entries);
    entries.forEach(process);
    return length;
  };
})();
