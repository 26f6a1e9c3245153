// Verifies webhooks as a receiver does, one for each line of standard input.
const { Webhook } = require("standardwebhooks");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { secret, headers, body } = JSON.parse(line);
  try {
    const event = new Webhook(secret).verify(body, headers);
    console.log("ok " + event.type);
  } catch (e) {
    console.log("refused " + e.message);
  }
});
