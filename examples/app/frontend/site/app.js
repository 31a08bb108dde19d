const list = document.getElementById("items");

fetch(`${globalThis.API_BASE_URL}/api/items`)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`status ${answer.status}`))))
  .then((items) => {
    list.replaceChildren(
      ...items.map(({ name, cents }) => {
        const line = document.createElement("li");
        line.textContent = `${name}: ${(cents / 100).toFixed(2)}`;
        return line;
      }),
    );
  })
  .catch((error) => {
    list.textContent = `The shop cannot be reached (${error.message}).`;
  });
