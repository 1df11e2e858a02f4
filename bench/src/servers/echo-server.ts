// The baseline of the procedures: parses a JSON body and answers it, with nothing but node:http.
import { serveParent } from '../child.ts';
import { listen } from './listen.ts';

serveParent(async () => {
  const url = await listen((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      const text = JSON.stringify(JSON.parse(body));
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
    });
  });
  return `${url}/echo`;
});
