using System;
using System.Management.Automation;

namespace StandIns
{
    /// <summary>Settings of the IIS SMTP service, as they were when they were read. Put writes the user name, then the password.</summary>
    public class ManagementObject
    {
        private readonly string key;

        public ManagementObject(string key)
        {
            this.key = key;
            Name = key.Substring(key.IndexOf(':') + 1);
            SmartHost = World.Get(key, "SmartHost");
            RouteActionString = World.Get(key, "RouteActionString");
            RouteAction = World.Get(key, "RouteAction") == null ? (object)null : int.Parse(World.Get(key, "RouteAction"));
            AlwaysUseSsl = World.Has(key, "AlwaysUseSsl");
            RouteUserName = World.Get(key, "RouteUserName");
            RoutePassword = World.Get(key, "RoutePassword");
            if (!string.IsNullOrEmpty(RoutePassword)) RoutePassword = World.Get(key, "mask") ?? RoutePassword;
            if (RoutePassword == "null") RoutePassword = null;
        }

        public string Name { get; private set; }
        public string SmartHost { get; set; }
        public string RouteActionString { get; set; }
        public object RouteAction { get; set; }
        public bool AlwaysUseSsl { get; set; }
        public string RouteUserName { get; set; }
        public string RoutePassword { get; set; }

        public object Put()
        {
            try
            {
                World.Call("wmi-put", Name, Write);
            }
            catch (COMException exception)
            {
                throw new COMException(exception.Message.Replace("{password}", RoutePassword));
            }
            return "\\\\.\\root\\MicrosoftIISv2:" + key;
        }

        private void Write(bool half)
        {
            World.Set(key, "RouteUserName", RouteUserName);
            if (!half) World.Set(key, "RoutePassword", RoutePassword);
        }
    }

    [Cmdlet(VerbsCommon.Get, "WmiObject")]
    public class GetWmiObject : PSCmdlet
    {
        [Parameter]
        public string Namespace { get; set; }

        [Parameter(Position = 0)]
        public string Class { get; set; }

        [Parameter]
        public string Authentication { get; set; }

        protected override void ProcessRecord()
        {
            try
            {
                if (World.Call("wmi-read", Class + " " + Namespace + " " + Authentication, null) == "empty") return;
                if (!World.Has("wmi", "installed")) throw new COMException("Invalid namespace \"root\\MicrosoftIISv2\"");
            }
            catch (COMException exception)
            {
                WriteError(new ErrorRecord(exception, "GetWMICOMException", ErrorCategory.InvalidOperation, this));
                return;
            }
            foreach (var name in World.Names(Class + ":")) WriteObject(new ManagementObject(name));
        }
    }
}
