// All tools in quarantine, of every connector.
import { frame } from '../shell.js';
import { quarantineList } from '../quarantine-list.js';

export default async function quarantine(context) {
  return frame('Quarantine', {
    intro: 'Tools whose server shows another definition than the one somebody read and registered. No call of them is let through.',
  }, await quarantineList(context));
}
