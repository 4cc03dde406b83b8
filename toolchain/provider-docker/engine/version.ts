/** Whether an API version 1.x is at least 1.`minor`. */
export const isAtLeast = (apiVersion: string, minor: number): boolean => Number(apiVersion.split(".")[1]) >= minor;
