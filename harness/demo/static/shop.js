// What the shop's pages do, and what they tell the data layer.
(() => {
  'use strict';

  const faulty = (name) => window.shop.faults.includes(name);
  const page = JSON.parse(document.getElementById('page-data').textContent);

  const tell = (event) => {
    // The previous event's products must not stick to this one.
    if (!faulty('stale-ecommerce')) window.dataLayer.push({ ecommerce: null });
    window.dataLayer.push({ page_type: page.page_type, ...event });
  };

  // An order or lead is told once, also when its page is reloaded or opened in a second tab.
  const unless = (key, action) => {
    const name = `kiln-told-${key}`;
    try {
      if (localStorage.getItem(name)) return;
      localStorage.setItem(name, '1');
    } catch {
      // Storage is switched off: the server's own flag still tells an order only once.
    }
    action();
  };

  const viewPage = () => tell({ event: 'page_view', page_title: document.title });

  const tellList = (list) => {
    const lists = faulty('list-per-card') ? list.items.map((each) => ({ ...list, items: [each] })) : [list];
    lists.forEach((ecommerce) => tell({ event: 'view_item_list', ecommerce }));
  };

  const tellEvents = () => {
    for (const { once, ...event } of page.events) {
      if (once) unless(once, () => tell(event));
      else if (event.event === 'view_item_list') tellList(event.ecommerce);
      else tell(event);
    }
  };

  if (faulty('page-view-late')) {
    tellEvents();
    viewPage();
  } else {
    viewPage();
    tellEvents();
  }

  if (faulty('manager-on-interaction')) {
    const signs = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchstart'];
    const load = () => {
      signs.forEach((sign) => removeEventListener(sign, load, true));
      document.head.append(Object.assign(document.createElement('script'), { src: '/static/tags/second.js' }));
    };
    signs.forEach((sign) => addEventListener(sign, load, { capture: true, passive: true }));
  }

  addEventListener('pageshow', (event) => {
    if (event.persisted) viewPage();
  });

  // The listing: each category is a route of its own.
  const listing = document.querySelector('[data-listing]');
  if (listing) {
    const links = [...document.querySelectorAll('[data-category]')];
    const show = (link) => {
      const { category } = link.dataset;
      let shown = 0;
      for (const card of listing.children) {
        card.hidden = Boolean(category) && card.dataset.cardCategory !== category;
        shown += Number(!card.hidden);
      }
      links.forEach((each) => each.toggleAttribute('aria-current', each === link));
      document.querySelector('[data-listing-title]').textContent = link.dataset.title;
      document.querySelector('[data-listing-blurb]').textContent = link.dataset.blurb;
      document.querySelector('[data-listing-count]').textContent = `${shown} ${shown === 1 ? 'piece' : 'pieces'}`;
      document.title = `${link.dataset.title} · ${page.shop}`;
    };
    const route = (link) => {
      show(link);
      viewPage();
      tellList(page.lists[link.dataset.category]);
    };
    links.forEach((link) =>
      link.addEventListener('click', (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
        event.preventDefault();
        if (link.pathname === location.pathname) return;
        history.pushState({}, '', link.pathname);
        route(link);
      }),
    );
    addEventListener('popstate', () => {
      const link = links.find((each) => each.pathname === location.pathname);
      if (link && !link.hasAttribute('aria-current')) route(link);
    });
  }

  // The product page: quantity, tabs, and into the cart without leaving.
  document.querySelectorAll('[data-stepper]').forEach((stepper) => {
    const input = stepper.querySelector('input');
    stepper.querySelectorAll('button').forEach((button) =>
      button.addEventListener('click', () => {
        input.value = Math.min(20, Math.max(1, (Number(input.value) || 1) + Number(button.dataset.step)));
      }),
    );
  });

  document.querySelectorAll('[role=tablist]').forEach((list) => {
    const tabs = [...list.querySelectorAll('[role=tab]')];
    const open = (tab) =>
      tabs.forEach((each) => {
        each.setAttribute('aria-selected', String(each === tab));
        each.tabIndex = each === tab ? 0 : -1;
        document.getElementById(each.getAttribute('aria-controls')).hidden = each !== tab;
      });
    tabs.forEach((tab, position) => {
      tab.addEventListener('click', () => open(tab));
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(position + step + tabs.length) % tabs.length];
        open(next);
        next.focus();
      });
    });
  });

  const added = (answer) => {
    const note = document.getElementById('added');
    note.querySelector('[data-added-name]').textContent = `${answer.quantity} × ${answer.name}`;
    note.hidden = false;
    document.querySelectorAll('[data-cart-count]').forEach((badge) => {
      badge.textContent = answer.count;
      badge.hidden = false;
    });
  };

  document.querySelectorAll('form[data-add]').forEach((form) => {
    let busy = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      try {
        const response = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { accept: 'application/json' } });
        if (!response.ok) throw new Error(`adding to the cart: ${response.status}`);
        const answer = await response.json();
        tell({ event: 'add_to_cart', ecommerce: answer.ecommerce });
        if (faulty('add-to-cart-twice')) tell({ event: 'add_to_cart', ecommerce: answer.ecommerce });
        added(answer);
      } catch {
        form.submit();
      } finally {
        busy = false;
      }
    });
  });

  document.querySelector('[data-added-close]')?.addEventListener('click', () => {
    document.getElementById('added').hidden = true;
  });

  document.querySelectorAll('select[data-submits]').forEach((select) => select.addEventListener('change', () => select.form.requestSubmit()));

  // A form that is sent twice would place two orders.
  document.querySelectorAll('form[data-once]').forEach((form) => {
    let sent = false;
    form.addEventListener('submit', (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    addEventListener('pageshow', () => {
      sent = false;
    });
  });
})();
