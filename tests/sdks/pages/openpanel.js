// https://openpanel.dev/docs/sdks/web
import {OpenPanel} from '@openpanel/web';

window.start = async own => {
    const panel = new OpenPanel({clientId: '01234567-89ab-4cde-8f01-23456789abcd', ...(own && {apiUrl: own + '/api'})});
    return {
        page: title => panel.screenView('/tee', {title}),
        cart: item => panel.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => panel.revenue(order.total, {order_id: order.id, currency: order.currency}),
        identify: user => panel.identify({profileId: user, properties: {plan: 'guest'}})
    };
};
