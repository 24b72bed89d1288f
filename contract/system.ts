/** The parts that the service needs. */
export const SYSTEM_PARTS = ['api', 'workers', 'temporal', 'mongodb', 'storage'] as const;
export type SystemPart = (typeof SYSTEM_PARTS)[number];
