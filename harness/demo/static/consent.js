// Google Consent Mode v2, and the banner that decides it.
// https://developers.google.com/tag-platform/security/guides/consent
(() => {
  'use strict';

  const COOKIE = 'kiln_consent';
  const HALF_A_YEAR = 60 * 60 * 24 * 182;
  const SIGNALS = {
    analytics: ['analytics_storage'],
    marketing: ['ad_storage', 'ad_user_data', 'ad_personalization'],
  };

  window.dataLayer = window.dataLayer || [];
  window.gtag = function gtag() {
    window.dataLayer.push(arguments);
  };

  const stored = () => {
    const found = document.cookie.match(/(?:^|; )kiln_consent=analytics\.([01])\.marketing\.([01])(?:;|$)/);
    return found ? { analytics: found[1] === '1', marketing: found[2] === '1' } : null;
  };

  const signals = (decision) =>
    Object.fromEntries(
      Object.entries(SIGNALS).flatMap(([purpose, names]) => names.map((name) => [name, decision[purpose] ? 'granted' : 'denied'])),
    );

  window.gtag('consent', 'default', { ...signals({ analytics: false, marketing: false }), wait_for_update: 500 });
  let decision = stored();
  if (decision) window.gtag('consent', 'update', signals(decision));

  const banner = document.getElementById('consent');
  const choices = document.getElementById('consent-choices');
  const show = (open) => {
    banner.hidden = !open;
    document.documentElement.classList.toggle('asks-consent', open);
  };

  const tidyAddress = () => {
    const address = new URL(location.href);
    [...address.searchParams.keys()].filter((name) => name.startsWith('utm_')).forEach((name) => address.searchParams.delete(name));
    history.replaceState(history.state, '', address);
  };

  const decide = (next) => {
    const value = `analytics.${Number(next.analytics)}.marketing.${Number(next.marketing)}`;
    document.cookie = `${COOKIE}=${value}; path=/; max-age=${HALF_A_YEAR}; samesite=lax`;
    decision = next;
    show(false);
    if (next.analytics && window.shop.faults.includes('utm-lost-by-late-consent')) tidyAddress();
    window.gtag('consent', 'update', signals(next));
  };

  const choose = (open) => {
    choices.hidden = !open;
    document.getElementById('consent-choose').setAttribute('aria-expanded', String(open));
    document.getElementById('consent-analytics').checked = Boolean(decision && decision.analytics);
    document.getElementById('consent-marketing').checked = Boolean(decision && decision.marketing);
  };

  document.getElementById('consent-accept').addEventListener('click', () => decide({ analytics: true, marketing: true }));
  document.getElementById('consent-reject').addEventListener('click', () => decide({ analytics: false, marketing: false }));
  document.getElementById('consent-choose').addEventListener('click', () => choose(choices.hidden));
  document.getElementById('consent-save').addEventListener('click', () =>
    decide({
      analytics: document.getElementById('consent-analytics').checked,
      marketing: document.getElementById('consent-marketing').checked,
    }),
  );
  document.getElementById('consent-open').addEventListener('click', () => {
    choose(true);
    show(true);
    document.getElementById('consent-accept').focus();
  });

  // A decision made in another tab holds here too, as soon as the visitor looks at this one again.
  document.addEventListener('visibilitychange', () => {
    const elsewhere = document.visibilityState === 'visible' && stored();
    if (elsewhere && JSON.stringify(elsewhere) !== JSON.stringify(decision)) decide(elsewhere);
  });

  choose(false);
  show(!decision);
})();
