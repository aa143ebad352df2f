using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace StandIns
{
    public class MailServerRoute
    {
        private readonly string key;
        private string password;

        public MailServerRoute(string key)
        {
            this.key = key;
            DomainName = World.Get(key, "DomainName");
            TargetSMTPHost = World.Get(key, "TargetSMTPHost");
            ConnectionSecurity = int.Parse(World.Get(key, "ConnectionSecurity"));
            RelayerRequiresAuth = World.Has(key, "RelayerRequiresAuth");
            RelayerAuthUsername = World.Get(key, "user");
        }

        public string DomainName { get; private set; }
        public string TargetSMTPHost { get; private set; }
        public int ConnectionSecurity { get; private set; }
        public bool RelayerRequiresAuth { get; private set; }
        public string RelayerAuthUsername { get; set; }

        public void SetRelayerAuthPassword(string value)
        {
            password = value;
        }

        public void Save()
        {
            World.Call("hmail-save", DomainName, half =>
            {
                World.Set(key, "user", RelayerAuthUsername);
                if (!half && password != null) World.Set(key, "password", password);
            });
        }
    }

    public class MailServerRoutes
    {
        public int Count
        {
            get { return World.Names("hMailRoute:").Count; }
        }

        public MailServerRoute Item(int index)
        {
            return new MailServerRoute(World.Names("hMailRoute:")[index]);
        }
    }

    public class MailServerSettings
    {
        private const string Key = "hMailServer:settings";

        public string SMTPRelayer
        {
            get { return World.Get(Key, "SMTPRelayer"); }
        }

        public int SMTPRelayerConnectionSecurity
        {
            get { return int.Parse(World.Get(Key, "ConnectionSecurity")); }
        }

        public bool SMTPRelayerRequiresAuthentication
        {
            get { return World.Has(Key, "RequiresAuthentication"); }
        }

        public string SMTPRelayerUsername
        {
            get
            {
                World.Call("hmail-read", "user", null);
                return World.Get(Key, "user");
            }
            set { World.Call("hmail-user", value, half => World.Set(Key, "user", value)); }
        }

        public MailServerRoutes Routes
        {
            get { return new MailServerRoutes(); }
        }

        public void SetSMTPRelayerPassword(string value)
        {
            World.Call("hmail-password", "", half => World.Set(Key, "password", value));
        }
    }

    public class MailServerApplication
    {
        private bool authenticated;

        public object Authenticate(string user, string password)
        {
            World.Call("hmail-authenticate", user, null);
            authenticated = user == "Administrator" && password == World.Get("hMailServer:settings", "administrator");
            return authenticated ? new object() : null;
        }

        public MailServerSettings Settings
        {
            get
            {
                if (!authenticated) throw new COMException("You do not have access to this property / method. Ensure that hMailServer.Application.Authenticate() is called with proper login credentials.");
                return new MailServerSettings();
            }
        }
    }

    /// <summary>New-Object, of which there is no -ComObject outside Windows.</summary>
    [Cmdlet(VerbsCommon.New, "StandInObject")]
    public class NewStandInObject : PSCmdlet
    {
        [Parameter(Mandatory = true)]
        public string ComObject { get; set; }

        protected override void ProcessRecord()
        {
            World.Call("com-create", ComObject, null);
            if (ComObject != "hMailServer.Application" || World.Names("hMailServer:").Count == 0)
            {
                throw new COMException("Retrieving the COM class factory for component failed: 80040154 Class not registered.");
            }
            WriteObject(new MailServerApplication());
        }
    }
}
