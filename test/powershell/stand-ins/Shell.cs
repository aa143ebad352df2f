using System;
using System.Management.Automation;

namespace StandIns
{
    /// <summary>Start-Sleep: nobody waits in the tests.</summary>
    [Cmdlet(VerbsLifecycle.Suspend, "StandInSleep")]
    public class Sleep : PSCmdlet
    {
        [Parameter]
        public int Seconds { get; set; }

        protected override void ProcessRecord()
        {
            World.Call("sleep", Seconds.ToString(), null);
        }
    }

    /// <summary>ConvertFrom-Json as in Windows PowerShell 5.1, where it differs: its message ends in its whole input, and names are compared without case.</summary>
    [Cmdlet(VerbsData.ConvertFrom, "StandInJson")]
    public class ConvertFromJson : PSCmdlet
    {
        [Parameter(Mandatory = true, ValueFromPipeline = true)]
        public string InputObject { get; set; }

        protected override void ProcessRecord()
        {
            try
            {
                WriteObject(InvokeCommand.InvokeScript("param($Text) Microsoft.PowerShell.Utility\\ConvertFrom-Json -InputObject $Text", InputObject), true);
            }
            catch (RuntimeException)
            {
                throw new ArgumentException("Invalid JSON primitive or name. (1): " + InputObject);
            }
        }
    }
}
