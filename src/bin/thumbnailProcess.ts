import { becomeDisposable } from '../process/disposable';
import { readConfig } from '../config';
import { serveThumbnails } from '../pipeline/serveThumbnails';

/** Makes thumbnails for the API, which starts it. */
becomeDisposable();
serveThumbnails(readConfig());
