export { imageRequest } from './imageRequest';
