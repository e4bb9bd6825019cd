// The shop's tag manager: reads the data layer, and gives each event to the tags that may have it.
(() => {
  'use strict';

  const { accounts } = window.shop;
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
  const held = [];
  const consent = {};

  const marketing = () => consent.ad_storage === 'granted' && consent.ad_user_data === 'granted';

  const merge = (target, source) => {
    for (const [key, value] of Object.entries(source)) {
      const deep = value && typeof value === 'object' && target[key] && typeof target[key] === 'object';
      target[key] = deep ? merge(target[key], value) : structuredClone(value);
    }
    return target;
  };

  const tellMarketing = ({ name, parameters, ecommerce, where }) => {
    const items = ecommerce?.items ?? [];
    const value = ecommerce?.value ?? parameters.value;
    const currency = value === undefined ? undefined : ecommerce?.currency ?? parameters.currency;
    const key = ecommerce?.transaction_id ?? parameters.lead_id;
    if (name in META_EVENTS) {
      const data = { value, currency };
      if (items.length) {
        data.content_type = 'product';
        data.content_ids = items.map((each) => each.item_id);
        data.contents = items.map((each) => ({ id: each.item_id, quantity: each.quantity }));
        if (name === 'begin_checkout') data.num_items = items.reduce((sum, each) => sum + each.quantity, 0);
      }
      meta.track(META_EVENTS[name], data, where, key);
    }
    const label = accounts.adsLabels[name];
    if (label) ads.convert(label, { value, currency, order: key }, where, `G11${Number(consent.analytics_storage === 'granted')}`);
  };

  const onConsent = (kind, states) => {
    const before = marketing();
    Object.assign(consent, states);
    ga4.onConsent(kind, states);
    if (marketing()) held.splice(0).forEach(tellMarketing);
    else if (before) [meta, ads].forEach((tag) => tag.forget());
  };

  const onEvent = (entry) => {
    const ecommerce = model.ecommerce ? structuredClone(model.ecommerce) : undefined;
    const parameters = Object.fromEntries(Object.entries(entry).filter(([key]) => !INTERNAL.has(key)));
    const where = { url: location.href, referrer: document.referrer, title: document.title };
    ga4.track(entry.event, parameters, ecommerce);
    const telling = { name: entry.event, parameters, ecommerce, where };
    if (marketing()) tellMarketing(telling);
    else held.push(telling);
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
