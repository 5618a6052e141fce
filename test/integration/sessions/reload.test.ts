import { describe, expect, it } from 'vitest';
import { CONFIG, useProject } from '../../support/test-project.ts';

const project = useProject();
const { cli, configure, up } = project;

describe('a half edited file', () => {
  it('makes the running pxectl nobody who holds its ports', async () => {
    await configure(CONFIG.replace('port: 8080', 'port: 8081'));
    await up();
    await configure(`${CONFIG}machines: [`);
    const { stdout, exitCode } = await cli('doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('config-invalid');
    expect(stdout).toContain('as the running pxectl serves it: pxectl.yaml cannot be used');
    expect(stdout).not.toMatch(/port-in-use|nobody holds|no pxectl\.yaml/);
  });
});

describe('pxectl reload', () => {
  it('says what changed, that nothing did, and why the running one refuses', async () => {
    const pid = await up();
    expect(await cli('reload')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('no change') });

    await configure(CONFIG.replace('timeoutSeconds: 5', 'timeoutSeconds: 9'));
    const applied = await cli('reload', '--json');
    expect(applied.exitCode).toBe(0);
    expect(applied.stderr).toContain(`applied by pid ${pid}: serve/`);
    const { changed, files } = JSON.parse(applied.stdout) as { changed: boolean; files: string[] };
    expect(changed).toBe(true);
    expect(files).toContain('serve/tftp/pxelinux.cfg/default');

    await configure(CONFIG.replace('port: 8080', 'port: 8090'));
    const moved = await cli('reload');
    expect(moved.exitCode).toBe(3);
    expect(moved.stderr).toContain('http.port cannot change while pxectl is up');
    expect(moved.stderr).toContain('next: pxectl down, then pxectl up');
    expect(await project.log()).toContain('http.port cannot change while pxectl is up');
    expect((await cli('status')).stdout).toContain('is not used: http.port cannot change');

    await configure(CONFIG.replace('images: [debian-12]', 'images: [debian-12, debian-13]'));
    const missing = await cli('reload', '--json');
    expect(missing.exitCode).toBe(5);
    expect(missing.stderr).toContain('the image debian-13 is not here');
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'E_IMAGE_NOT_FETCHED' } });
    expect(await project.pid()).toBe(pid);
  });

  it('says that nobody is up, and what to do about one that does not answer', async () => {
    expect(await cli('reload')).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('not up here'),
    });
    const pid = await up();
    process.kill(pid, 'SIGSTOP');
    const [status, reload] = await Promise.all([cli('status'), cli('reload', '--dry-run')]);
    expect(status.stdout).toMatch(
      new RegExp(`\\(pid ${pid}\\) did not answer within \\d+ s; pxectl down ends it`),
    );
    expect(status.exitCode).toBe(1);
    expect(reload.stderr).toMatch(new RegExp(`\\(pid ${pid}\\) did not answer within \\d+ s`));
    expect(reload.exitCode).toBe(6);
    process.kill(pid, 'SIGCONT');
    expect((await cli('reload')).exitCode).toBe(0);
  });
});
