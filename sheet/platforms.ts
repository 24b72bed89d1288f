/** Columns of links in the exports of one shop system, marketplace or tool. */
export interface Platform {
  readonly name: string;
  /**
   * Names of the columns; case, spaces, dots, underscores and hyphens do not matter. `#` stands for any number or none,
   * `…` for any text.
   */
  readonly columns: readonly string[];
  /**
   * Names of other columns by which an export is recognized: all of them must be there, as they are written here.
   * Empty where the names of `columns` occur nowhere else.
   */
  readonly companions: readonly string[];
  /**
   * Public documentation of the columns; `null`: none was found. A comment says which names are not from there, but
   * were seen in exports.
   */
  readonly source: string | null;
}

/** Looked up in November 2026. */
export const PLATFORMS: readonly Platform[] = [
  {
    name: 'Shopify',
    columns: ['Product image URL', 'Variant image URL', 'Variant Image'],
    companions: [],
    source: 'https://help.shopify.com/en/manual/products/import-export/using-csv',
  },
  {
    // The names until 2025, which exports of other tools still have.
    name: 'Shopify',
    columns: ['Image Src'],
    companions: ['Handle'],
    source: 'https://help.shopify.com/en/manual/products/import-export/using-csv',
  },
  {
    name: 'WooCommerce',
    columns: ['Images'],
    companions: ['Type', 'SKU'],
    source: 'https://woocommerce.com/document/product-csv-importer-exporter/',
  },
  {
    name: 'Magento / Adobe Commerce',
    columns: ['base_image', 'small_image', 'thumbnail_image', 'swatch_image', 'additional_images'],
    companions: [],
    source:
      'https://commerce-docs.github.io/merchdocs-archive/user-guide/v2.3/system/data-attributes-product.html',
  },
  {
    // The name is the one of the import screen, which the sample files of PrestaShop have as their header.
    name: 'PrestaShop',
    columns: ['Image URLs (x,y,z...)'],
    companions: [],
    source:
      'https://docs.prestashop-project.org/functional-documentation/functional-documentation/ux-ui/back-office/configure/advanced-parameters/import',
  },
  {
    name: 'BigCommerce',
    columns: ['Internal Image URL (Export)', 'Image URL (Import)', 'Variant Image URL'],
    companions: [],
    source: 'https://support.bigcommerce.com/articles/en_US/Knowledge/Supported-Product-Fields',
  },
  {
    // The number was seen in exports. `Product Image File` holds names of files, no links.
    name: 'BigCommerce (legacy)',
    columns: ['Product Image URL - #'],
    companions: ['Product Code/SKU'],
    source: 'https://support.bigcommerce.com/articles/en_US/Knowledge/Complex-Attributes',
  },
  {
    // The name was seen in templates of Catalog V1.
    name: 'Wix',
    columns: ['productImageUrl'],
    companions: [],
    source:
      'https://support.wix.com/en/article/wix-stores-importing-products-from-another-ecommerce-platform',
  },
  {
    // The name was seen in templates of Catalog V3.
    name: 'Wix',
    columns: ['media'],
    companions: ['handle', 'fieldType'],
    source:
      'https://support.wix.com/en/article/wix-stores-importing-products-from-another-ecommerce-platform',
  },
  {
    name: 'Squarespace',
    columns: ['Hosted Image URLs'],
    companions: [],
    source: 'https://support.squarespace.com/hc/en-us/articles/115000378108',
  },
  {
    // The names were seen in exports; the documentation has those of the format before 2023.
    name: 'Ecwid',
    columns: ['product_media_main_image_url', 'product_media_gallery_image_url_#'],
    companions: [],
    source:
      'https://support.ecwid.com/hc/en-us/articles/208079105-Importing-products-to-Ecwid-store-legacy',
  },
  {
    // OpenCart itself exports nothing; this is the extension CSV Price Pro.
    name: 'OpenCart',
    columns: ['_IMAGE_', '_IMAGES_', '_PRODUCT_IMAGES_'],
    companions: ['_NAME_'],
    source:
      'http://ocmod.costaslabs.com/en/csv-price-pro-import-export/product-import/product-image',
  },
  {
    // The workbook of the extension Export/Import Tool, saved as CSV.
    name: 'OpenCart',
    columns: ['image_name'],
    companions: ['product_id'],
    source: 'https://medowko.blogspot.com/2018/02/opencart-cms-export-import-excel-file.html',
  },
  {
    // The names were seen in exports ("Download your listings data").
    name: 'Etsy',
    columns: ['IMAGE#'],
    companions: ['TITLE', 'CURRENCY_CODE'],
    source: null,
  },
  {
    // `Item photo URL` was seen in templates of Seller Hub Reports.
    name: 'eBay',
    columns: ['PicURL', '*PicURL', 'Item photo URL'],
    companions: [],
    source:
      'https://docslib.org/doc/5625165/file-exchange-basic-template-instructions-copyright-statement',
  },
  {
    // Inventory files: the names are in the templates, which the documentation refers to.
    name: 'Amazon',
    columns: [
      'main_image_url',
      'other_image_url#',
      'swatch_image_url',
      'main-offer-image',
      'offer-image#',
      // Templates since 2024: `main_product_image_locator[marketplace_id=…]#1.media_location`.
      'main_product_image_locator…media_location',
      'other_product_image_locator_#…media_location',
      'swatch_product_image_locator…media_location',
    ],
    companions: [],
    source: 'https://sellercentral.amazon.co.jp/gp/help/external/1641',
  },
  {
    name: 'Google Merchant',
    columns: ['additional_image_link', 'lifestyle_image_link'],
    companions: [],
    source: 'https://support.google.com/merchants/answer/7052112',
  },
  {
    name: 'Google Merchant, Meta catalogue',
    columns: ['image_link'],
    companions: ['id'],
    source: 'https://support.google.com/merchants/answer/7052112',
  },
  {
    name: 'Meta catalogue',
    columns: ['additional_image_link', 'image[#].url'],
    companions: [],
    source: 'https://developers.facebook.com/docs/marketing-api/catalog/reference',
  },
  {
    // The merchant names the attributes; these are the ones of the documentation and of the demo catalogues.
    name: 'Akeneo',
    columns: ['picture', 'image', 'image_#'],
    companions: ['family', 'enabled'],
    source: 'https://docs.akeneo.com/5.0/import_and_export_data/formats/product.html',
  },
  {
    name: 'Matrixify',
    columns: ['Image Src', 'Variant Image'],
    companions: ['Image Command'],
    source: 'https://matrixify.app/documentation/products/',
  },
  {
    // The names were seen in exports. They are the plugin's defaults, which can be changed.
    name: 'WP All Export',
    columns: ['Image URL'],
    companions: ['Image Title', 'Image Alt Text'],
    source: null,
  },
];
