/** The commands about this machine and this project as a whole. */
import type { Command } from 'commander';
import type { DoctorOptions } from '../commands/doctor.ts';
import { about, type Choose } from './about.ts';

export function setupCommands(program: Command, choose: Choose): void {
  about(program.command('doctor'), 'check this machine and this project')
    .option('--json', 'one JSON document')
    .action((options: DoctorOptions) => {
      choose(async (terminal) => (await import('../commands/doctor.ts')).doctor(options, terminal));
    });
}
