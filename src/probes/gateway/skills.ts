import { gatewayProbe } from '../../model/probe.ts';
import { gatewayAgents } from './config.ts';
import { listAt, objectAt, textAt } from './payload.ts';

/** A skill that the gateway loads, and which kind of place it comes from, such as `openclaw-workshop`. */
export interface LoadedSkill {
  readonly agent: string;
  readonly name: string;
  readonly source: string;
  /** Its folder, where the gateway tells it. */
  readonly directory: string | undefined;
}

/** `skills.status` of every agent: agents may have skills of their own. */
export const gatewaySkills = gatewayProbe<readonly LoadedSkill[], { agents: typeof gatewayAgents }>({
  id: 'gateway/skills',
  needs: { agents: gatewayAgents },
  async gather(gateway, { agents }) {
    const answers = agents.map(async (agent) => {
      const answer = objectAt(await gateway.rpc('skills.status', { agentId: agent }), 'its skills');
      return listAt(answer['skills'], 'its skills').map((item) => {
        const { name, source, baseDir } = objectAt(item, 'a skill');
        return {
          agent,
          name: textAt(name, 'the name of a skill'),
          source: textAt(source, 'the source of a skill'),
          directory: typeof baseDir === 'string' ? baseDir : undefined,
        };
      });
    });
    return (await Promise.all(answers)).flat();
  },
});
