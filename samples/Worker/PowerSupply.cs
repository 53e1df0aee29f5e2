namespace Worker;

/// <summary>Reads from Linux whether the device is charging.</summary>
/// <param name="folder">The folder of the power supplies: <c>/sys/class/power_supply</c>.</param>
internal sealed class PowerSupply(string folder)
{
    /// <summary>Returns why the device may not train now; null if it may. A device without a battery may always train.</summary>
    public string? GetIneligibleReason()
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        string[] supplies = Directory.GetDirectories(folder);
        bool hasBattery = supplies.Any(supply => Read(supply, "type") == "Battery");
        bool isCharging = supplies.Any(supply => Read(supply, "online") == "1");
        return hasBattery && !isCharging ? "The device is not charging." : null;
    }

    private static string Read(string supply, string property) => Path.Combine(supply, property) is var path && File.Exists(path) ? File.ReadAllText(path).Trim() : "";
}
