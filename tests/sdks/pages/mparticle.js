// https://docs.mparticle.com/developers/client-sdks/web/initialization/
import mParticle from '@mparticle/web-sdk';

window.start = () => new Promise(ready => {
    window.mParticle = mParticle;
    mParticle.init('us1-0123456789abcdef0123456789abcdef', {
        isDevelopmentMode: false, identifyRequest: {userIdentities: {customerid: 'visitor-1'}},
        identityCallback: () => ready({
            page: title => mParticle.logPageView('Product', {title}),
            cart: item => mParticle.eCommerce.logProductAction(
                mParticle.ProductActionType.AddToCart, mParticle.eCommerce.createProduct(item.name, item.sku, item.price, item.quantity)
            ),
            order: order => mParticle.eCommerce.logProductAction(
                mParticle.ProductActionType.Purchase,
                order.items.map(item => mParticle.eCommerce.createProduct(item.name, item.sku, item.price, item.quantity)),
                {currency: order.currency}, null, {Id: order.id, Revenue: order.total}
            ),
            identify: user => mParticle.Identity.login({userIdentities: {customerid: user}})
        })
    });
});
