import { render } from 'preact';
import { Router } from 'wouter-preact';
import { App } from './app';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';

const page = document.getElementById('page');
if (page === null) throw new Error('Expected an element #page');
const prefix = new URL(document.baseURI).pathname.replace(/\/$/, '');
render(
  <Router base={prefix}>
    <App prefix={prefix} />
  </Router>,
  page,
);
