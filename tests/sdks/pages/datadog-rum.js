// https://docs.datadoghq.com/real_user_monitoring/application_monitoring/browser/setup/client/
import {datadogRum} from '@datadog/browser-rum';

window.start = async own => {
    datadogRum.init({
        applicationId: '01234567-89ab-4cde-8f01-23456789abcd', clientToken: 'pub0123456789abcdef0123456789abcdef', site: 'datadoghq.eu',
        service: 'tees', env: 'production', sessionSampleRate: 100, sessionReplaySampleRate: 0, trackViewsManually: true,
        ...(own && {proxy: own + '/rum'})
    });
    return {
        page: () => datadogRum.startView('tee'),
        cart: item => datadogRum.addAction('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => datadogRum.addAction('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => datadogRum.setUser({id: user})
    };
};
