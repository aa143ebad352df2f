using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using StandIns;

namespace Amazon.SecretsManager.Model
{
    public class GetSecretValueResponse
    {
        public string SecretString { get; set; }
        public MemoryStream SecretBinary { get; set; }
        public List<string> VersionStages { get; set; }
        public string VersionId { get; set; }
    }

    public class DescribeSecretResponse
    {
        public Dictionary<string, List<string>> VersionIdsToStages { get; set; }
    }

    public class AmazonSecretsManagerException : Exception
    {
        public AmazonSecretsManagerException(string message) : base(message) { }
    }
}

namespace StandIns
{
    using Amazon.SecretsManager.Model;

    public abstract class SecretCmdlet : PSCmdlet
    {
        [Parameter(Position = 0)]
        public string SecretId { get; set; }

        [Parameter]
        public string Region { get; set; }

        protected string Call(string name, string arguments)
        {
            try
            {
                var action = World.Call(name, arguments, null);
                if (action == "warn") WriteWarning(World.Warning);
                return action;
            }
            catch (COMException exception)
            {
                Fail(exception.Message);
                return null;
            }
        }

        protected void Fail(string message)
        {
            ThrowTerminatingError(new ErrorRecord(new InvalidOperationException(message, new AmazonSecretsManagerException(message)), "Secret", ErrorCategory.InvalidOperation, this));
        }

        /// <summary>Version 5 of AWS Tools has null where there is nothing.</summary>
        protected static List<string> StagesOf(string version)
        {
            var stages = World.Get(version, "stages");
            return string.IsNullOrEmpty(stages) ? null : new List<string>(stages.Split(','));
        }
    }

    [Cmdlet(VerbsCommon.Get, "SECSecretValue")]
    [OutputType(typeof(GetSecretValueResponse))]
    public class GetSecretValue : SecretCmdlet
    {
        [Parameter]
        public string VersionId { get; set; }

        [Parameter]
        public string VersionStage { get; set; }

        protected override void ProcessRecord()
        {
            Call("get-secret-value", SecretId + " " + VersionId + " " + VersionStage + " " + Region);
            var version = VersionId == null ? "secret:" + SecretId : "version:" + VersionId;
            if (World.Names(version).Count == 0) Fail("Secrets Manager can't find the specified secret value for VersionId: " + VersionId);
            var binary = World.Has(version, "binary");
            WriteObject(new GetSecretValueResponse
            {
                SecretString = binary ? null : World.Get(version, "value"),
                SecretBinary = binary ? new MemoryStream(new byte[] { 1, 2, 3 }) : null,
                VersionStages = StagesOf(version),
                VersionId = VersionId,
            });
        }
    }

    [Cmdlet(VerbsCommon.Get, "SECSecret")]
    [OutputType(typeof(DescribeSecretResponse))]
    public class GetSecret : SecretCmdlet
    {
        protected override void ProcessRecord()
        {
            Call("describe-secret", SecretId + " " + Region);
            Dictionary<string, List<string>> versions = null;
            foreach (var version in World.Names("version:"))
            {
                var stages = StagesOf(version);
                if (stages == null) continue;
                if (versions == null) versions = new Dictionary<string, List<string>>();
                versions[version.Substring("version:".Length)] = stages;
            }
            WriteObject(new DescribeSecretResponse { VersionIdsToStages = versions });
        }
    }
}
