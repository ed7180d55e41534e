export { tasks, type TasksOptions, type ToolTasks } from './tasks.ts'
export type { DetailedTask, TaskInfo } from './task.ts'
export type { TaskLimits } from './task-store.ts'
