import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../global.css";
import { applyTheme, followTheme } from "../theme";
import { Landing } from "./Landing";

applyTheme();
followTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Landing />
  </StrictMode>,
);
