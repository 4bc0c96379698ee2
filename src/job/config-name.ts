/** The name of a project's configuration file. */
export const configName = "interserve.config.yaml";
