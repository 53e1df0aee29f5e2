namespace Quickstart;

/// <summary>A kind of device, with what the least of its kind has.</summary>
/// <param name="Name">One of them, such as <c>watch</c>.</param>
/// <param name="Plural">Several of them.</param>
/// <param name="LeastMemoryBytes">The memory that the weakest of them can spare for training, in bytes.</param>
/// <param name="DownloadBytesPerSecond">How fast they receive.</param>
/// <param name="UploadBytesPerSecond">How fast they send.</param>
internal sealed record DeviceKind(string Name, string Plural, long LeastMemoryBytes, double DownloadBytesPerSecond, double UploadBytesPerSecond)
{
    public static readonly DeviceKind Phone = new("phone", "phones", 8L << 20, 4e6, 1e6);
    public static readonly DeviceKind Watch = new("watch", "watches", 2L << 20, 1e6, 250e3);
    public static readonly DeviceKind Sensor = new("sensor", "sensors", 128L << 10, 250e3, 100e3);
}
