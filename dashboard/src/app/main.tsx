import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { Toasts } from "../components/Toasts";
import "../global.css";
import { applyTheme, followTheme } from "../theme";
import { App } from "./App";

applyTheme();
followTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("app.html has no #root");
createRoot(root).render(
  <StrictMode>
    <BrowserRouter>
      <Toasts>
        <App />
      </Toasts>
    </BrowserRouter>
  </StrictMode>,
);
