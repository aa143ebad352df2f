using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Net;

namespace StandIns
{
    /// <summary>Exchange's own type: it prints as the connector shows it.</summary>
    public class SmartHost
    {
        private readonly string text;

        public SmartHost(string text)
        {
            this.text = text;
        }

        public override string ToString()
        {
            return text;
        }
    }

    public class SendConnector
    {
        public SendConnector(string key)
        {
            Name = key.Substring("SendConnector:".Length);
            Identity = Name;
            Enabled = World.Has(key, "Enabled");
            RequireTLS = World.Has(key, "RequireTLS");
            SmartHostAuthMechanism = World.Get(key, "SmartHostAuthMechanism");
            SmartHosts = new List<SmartHost>();
            foreach (var host in (World.Get(key, "SmartHosts") ?? "").Split(',')) if (host != "") SmartHosts.Add(new SmartHost(host));
            var user = World.Get(key, "user");
            var password = World.Get(key, "mask") ?? World.Get(key, "password") ?? "";
            if (!string.IsNullOrEmpty(user)) AuthenticationCredential = new PSCredential(user, new NetworkCredential(user, password).SecurePassword);
        }

        public string Name { get; private set; }
        public string Identity { get; private set; }
        public bool Enabled { get; private set; }
        public bool RequireTLS { get; private set; }
        public string SmartHostAuthMechanism { get; private set; }
        public List<SmartHost> SmartHosts { get; private set; }
        public PSCredential AuthenticationCredential { get; private set; }
    }

    [Cmdlet(VerbsCommon.Get, "SendConnector")]
    public class GetSendConnector : PSCmdlet
    {
        [Parameter(Position = 0)]
        public string Identity { get; set; }

        protected override void ProcessRecord()
        {
            try
            {
                World.Call("exchange-read", Identity ?? "", null);
            }
            catch (COMException exception)
            {
                WriteError(new ErrorRecord(exception, "Exchange", ErrorCategory.InvalidOperation, this));
                return;
            }
            foreach (var name in World.Names("SendConnector:"))
            {
                if (Identity == null || name == "SendConnector:" + Identity) WriteObject(new SendConnector(name));
            }
        }
    }

    [Cmdlet(VerbsCommon.Set, "SendConnector")]
    public class SetSendConnector : PSCmdlet
    {
        [Parameter(Position = 0, Mandatory = true)]
        public string Identity { get; set; }

        [Parameter]
        public PSCredential AuthenticationCredential { get; set; }

        protected override void ProcessRecord()
        {
            var key = "SendConnector:" + Identity;
            var credential = AuthenticationCredential == null ? null : AuthenticationCredential.GetNetworkCredential();
            try
            {
                var action = World.Call("exchange-set", Identity, half =>
                {
                    World.Set(key, "user", credential == null ? null : credential.UserName);
                    if (!half) World.Set(key, "password", credential == null ? null : credential.Password);
                });
                if (action == "warn") WriteWarning(World.Warning);
            }
            catch (COMException exception)
            {
                WriteError(new ErrorRecord(exception, "Exchange", ErrorCategory.InvalidOperation, this));
            }
        }
    }

    /// <summary>Brings Exchange's cmdlets, if its management tools are on the server.</summary>
    [Cmdlet(VerbsCommon.Add, "PSSnapin")]
    public class AddSnapin : PSCmdlet
    {
        [Parameter(Position = 0)]
        public string Name { get; set; }

        protected override void ProcessRecord()
        {
            World.Call("add-snapin", Name, null);
            if (!World.Has("exchange", "installed")) throw new COMException("The Windows PowerShell snap-in '" + Name + "' is not installed on this computer.");
            InvokeCommand.InvokeScript("Import-Module -Global -Name '" + Environment.GetEnvironmentVariable("STAND_INS_EXCHANGE") + "'");
        }
    }
}
