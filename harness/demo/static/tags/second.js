// A second container, left over from a relaunch: it loads on the first interaction, and counts the page again.
(() => {
  'use strict';

  const ga4 = new window.Ga4(window.shop.accounts.ga4);
  for (const entry of window.dataLayer) {
    if (Object.prototype.toString.call(entry) === '[object Arguments]' && entry[0] === 'consent') ga4.onConsent(entry[1], entry[2]);
  }
  const viewed = [...window.dataLayer].filter((entry) => entry.event === 'page_view').pop();
  if (viewed) ga4.track('page_view', { page_type: viewed.page_type });
})();
