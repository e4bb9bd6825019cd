// https://posthog.com/docs/libraries/js
import posthog from 'posthog-js';

window.start = own => new Promise(loaded => posthog.init('phc_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG', {
    api_host: own || 'https://us.i.posthog.com', autocapture: false, capture_pageview: false, capture_pageleave: true,
    disable_session_recording: true, disable_surveys: true,
    loaded: () => loaded({
        page: title => void posthog.capture('$pageview', {title}),
        cart: item => void posthog.capture('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => void posthog.capture('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => posthog.identify(user, {plan: 'guest'})
    })
}));
