namespace Ftte.TinyEngine.Tests;

/// <summary>A test of links, devices or access modes, which only Unix has in this form.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no such files." : null!;
}

/// <summary>A test that needs /dev/full, a device to which every write fails because it is full.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullDiskFactAttribute : FactAttribute
{
    public FullDiskFactAttribute() => Skip = File.Exists("/dev/full") ? null! : "This system has no /dev/full.";
}
