import fc from "fast-check";

// The same cases in every run; FC_SEED=2 and so on for other ones.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
