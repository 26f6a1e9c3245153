// An SMS centre, using node-smpp, that answers as it is told: each line on
// standard input sets its answer from now on. It prints its port, then each text
// that it has taken and each answer to a receipt, one line of JSON each.
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const tell = (o) => process.stdout.write(JSON.stringify(o) + '\n');
const statuses = {
  throttle: smpp.ESME_RTHROTTLED, fail: smpp.ESME_RSYSERR, unknown: smpp.ESME_RINVDSTADR, refuse: smpp.ESME_RX_R_APPN,
};
let answer = 'accept';
let held = [];
let count = 0;
const parts = {};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '?') return tell({ obeys: line }); // earlier output has been printed
  answer = line.trim();
  held.forEach((f) => f());
  held = [];
  tell({ obeys: answer });
}).on('close', () => process.exit(0));

function take(pdu) {
  const m = pdu.short_message;
  if (!m.udh) return tell({ text: m.message, from: pdu.source_addr, ton: pdu.source_addr_ton, validity: pdu.validity_period });
  const [udh] = m.udh; // 00 03 reference total number
  const key = pdu.destination_addr + '/' + udh[2];
  (parts[key] = parts[key] || {})[udh[4]] = m.message;
  if (Object.keys(parts[key]).length < udh[3]) return;
  let text = '';
  for (let i = 1; i <= udh[3]; i++) text += parts[key][i];
  delete parts[key];
  tell({ text });
}

function receipt(session, pdu, id) {
  if (!pdu.registered_delivery) return;
  session.deliver_sm({
    esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
    short_message: 'id:' + id + ' sub:001 dlvrd:001 submit date:2611150930 done date:2611150931 stat:DELIVRD err:000 text:',
    receipted_message_id: id, message_state: 2,
  }, (response) => tell({ receipt: id, status: response.command_status }));
}

const server = smpp.createServer({ debug: false }, (session) => {
  session.on('error', () => {});
  session.on('bind_transceiver', (pdu) => {
    const ok = pdu.system_id === 'client' && pdu.password === 'secret';
    session.send(pdu.response({ command_status: ok ? 0 : smpp.ESME_RINVPASWD }));
    if (!ok) session.close();
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => {
    if (statuses[answer]) return session.send(pdu.response({ command_status: statuses[answer] }));
    const id = 'node-' + (++count);
    take(pdu);
    const accept = () => session.send(pdu.response({ message_id: id }), null, () => receipt(session, pdu, id));
    if (answer === 'hold') return held.push(accept);
    if (answer === 'garble') return session.socket.write(Buffer.from('00000013 80000004 zzzz'));
    accept();
  });
});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));
