import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { head } from '../../src/probes/git/head.ts';
import { tree } from '../../src/probes/git/tree.ts';
import { documentHashes } from '../../src/probes/host/document-hashes.ts';
import { deployedSkills } from '../../src/probes/host/skills.ts';

type Fact = 'deployed' | 'elsewhere' | 'tree';

export default check({
  title: 'The documents and skills on the instance are those of the reviewed branch',
  failureTitle: 'The documents or skills on the instance differ from the reviewed branch',
  why: 'A review protects only what is really deployed.',
  trap: 'The commit that the host names is believed, and no byte is compared.',
  remediation: 'Deploy the head of the branch anew to the file system of the workspace, and remove what is not in it.',
  needs: { deployed: documentHashes, elsewhere: deployedSkills, tree, head },
  judge({ deployed, elsewhere, tree, head }, { environment }) {
    const { documents, repositoryPath, workspace } = environment.soulDocuments;
    const folder = repositoryPath
      .replaceAll(/(^|\/)\.(?=\/|$)/g, '$1')
      .replaceAll(/\/{2,}/g, '/')
      .replaceAll(/^\/|\/$/g, '');
    const skills = environment.skills.directory.replace(/^\.\//, '').replace(/\/+$/, '');
    const commit = `commit ${head.commit.slice(0, 12)}`;
    const at = (path: string) => tree.find((entry) => entry.path === path);
    const below = (path: string) => (folder === '' ? path : `${folder}/${path}`);
    // The skills stand in the workspace on the instance, and in a folder of their own in the repository.
    const reviewed = (path: string) =>
      at(below(path)) ?? (path.startsWith('skills/') ? at(`${skills}/${path.slice('skills/'.length)}`) : undefined);

    const findings = deployed.map(({ path, blob }): Finding<Fact> => {
      const entry = reviewed(path);
      const same = entry !== undefined && blob === entry.blob && entry.mode.startsWith('100');
      return {
        fact: 'deployed',
        subject: `${workspace}/${path}`,
        expected: entry ? `blob ${entry.blob.slice(0, 12)} of ${commit}` : `nothing that is not in ${commit}`,
        observed: same
          ? 'the same'
          : blob === undefined
            ? 'not a regular file'
            : `${entry ? '' : 'an extra file, '}blob ${blob.slice(0, 12)}`,
        ok: same,
      };
    });
    // Skills outside the workspace, such as the managed ones of the gateway.
    for (const { root, folder: skill, files } of elsewhere.skills) {
      if (root.startsWith('workspace')) continue;
      for (const { path, blob } of files) {
        const below = skill === '' ? path : `${skill}/${path}`;
        const entry = at(`${skills}/${below}`);
        const same = entry !== undefined && blob === entry.blob && entry.mode.startsWith('100');
        findings.push({
          fact: 'elsewhere',
          subject: `${root} skill ${below}`,
          expected: entry ? `blob ${entry.blob.slice(0, 12)} of ${commit}` : `nothing that is not in ${commit}`,
          observed: same ? 'the same' : blob === undefined ? 'not a regular file' : `blob ${blob.slice(0, 12)}`,
          ok: same,
        });
      }
    }
    for (const document of documents) {
      if (deployed.some(({ path }) => path === document)) continue;
      findings.push({
        fact: 'deployed',
        subject: `${workspace}/${document}`,
        expected: `the document of ${commit}`,
        observed: 'missing on the instance',
        ok: false,
      });
    }
    const inFolder = tree.filter(({ path }) => folder === '' || path.startsWith(`${folder}/`));
    if (inFolder.length === 0) {
      return undetermined('empty_subject', `${commit} has nothing in ${folder}; compare soulDocuments.repositoryPath`);
    }
    const absent = inFolder.filter(({ path }) => {
      const relative = folder === '' ? path : path.slice(folder.length + 1);
      return !documents.includes(relative) && !deployed.some((file) => file.path === relative);
    });
    if (absent.length > 0) {
      findings.push({
        fact: 'tree',
        subject: commit,
        expected: 'every document deployed; other files may stay away',
        observed: `not deployed: ${absent
          .map(({ path }) => path)
          .slice(0, 10)
          .join(', ')}`,
        ok: true,
      });
    }
    return judgeAll(findings, { empty: 'the workspace is empty' });
  },
});
