// What the stand-ins keep, in files that the tests write before a run and read after it. C# 5, because Windows PowerShell 5.1 compiles it too.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;

namespace StandIns
{
    public static class World
    {
        /// <summary>What a cmdlet warns of.</summary>
        public static readonly string Warning = new string('w', 3000);

        private static string PathOf(string name)
        {
            return Path.Combine(Environment.GetEnvironmentVariable("STAND_INS_STATE"), name);
        }

        private static List<string[]> ReadTable(string name)
        {
            var rows = new List<string[]>();
            foreach (var line in File.ReadAllLines(PathOf(name)))
            {
                if (line.Length > 0) rows.Add(Array.ConvertAll(line.Split('\t'), new Converter<string, string>(Uri.UnescapeDataString)));
            }
            return rows;
        }

        /// <summary>The names of the objects that begin so.</summary>
        public static List<string> Names(string start)
        {
            var names = new List<string>();
            foreach (var row in ReadTable("state.tsv"))
            {
                if (row[0].StartsWith(start, StringComparison.Ordinal) && !names.Contains(row[0])) names.Add(row[0]);
            }
            return names;
        }

        public static string Get(string name, string property)
        {
            string value = null;
            foreach (var row in ReadTable("state.tsv"))
            {
                if (row[0] == name && row[1] == property) value = row[2];
            }
            return value;
        }

        public static bool Has(string name, string property)
        {
            return Get(name, property) == "true";
        }

        public static void Set(string name, string property, string value)
        {
            var lines = new StringBuilder();
            foreach (var row in ReadTable("state.tsv"))
            {
                if (row[0] != name || row[1] != property) lines.Append(Line(row));
            }
            if (value != null) lines.Append(Line(name, property, value));
            File.WriteAllText(PathOf("state.tsv"), lines.ToString());
        }

        private static string Line(params string[] cells)
        {
            return string.Join("\t", Array.ConvertAll(cells, new Converter<string, string>(Uri.EscapeDataString))) + "\n";
        }

        /// <summary>
        /// Writes a call down and has its effect, or what a fault makes of it: "half" stands for the first of two writes.
        /// Returns the fault for those that readers take care of themselves.
        /// </summary>
        public static string Call(string name, string arguments, Action<bool> effect)
        {
            File.AppendAllText(PathOf("calls.tsv"), Line(name, arguments));
            var fault = FaultOf(name);
            var action = fault == null ? "" : fault[2];
            if (action == "kill") Kill();
            if (action == "refuse") throw new COMException(fault[3]);
            if (action == "set")
            {
                var change = fault[3].Split('\t');
                Set(change[0], change[1], change[2]);
            }
            if (action != "ignore" && effect != null) effect(action.StartsWith("half", StringComparison.Ordinal) || action == "kill-half");
            if (action == "kill-after" || action == "kill-half") Kill();
            if (action == "half" || action == "lose-reply") throw new COMException(fault[3]);
            return action;
        }

        private static string[] FaultOf(string name)
        {
            int ofAll = 0, ofName = 0;
            foreach (var row in ReadTable("calls.tsv"))
            {
                ofAll++;
                if (row[0] == name) ofName++;
            }
            foreach (var fault in ReadTable("faults.tsv"))
            {
                var count = fault[0] == "any" ? ofAll : ofName;
                if ((fault[0] == name || fault[0] == "any") && (fault[1] == "0" || fault[1] == count.ToString())) return fault;
            }
            return null;
        }

        private static void Kill()
        {
            Process.GetCurrentProcess().Kill();
            System.Threading.Thread.Sleep(60000);
        }
    }

    /// <summary>As WMI, Exchange and COM fail: a type and a number, and a message that may quote a value.</summary>
    public class COMException : System.Runtime.InteropServices.COMException
    {
        public COMException(string message) : base(message, unchecked((int)0x80041003)) { }
    }
}
