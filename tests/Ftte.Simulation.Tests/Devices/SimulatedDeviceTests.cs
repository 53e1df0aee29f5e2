using Ftte.Simulation.Availability;

namespace Ftte.Simulation.Tests;

public sealed class SimulatedDeviceTests
{
    private static readonly SimulatedDevice Usual = new() { Name = "d" };

    public static TheoryData<string, SimulatedDevice> Wrong => new()
    {
        { "no name", Usual with { Name = " " } },
        { "a name too long to travel", Usual with { Name = new string('x', ClientId.MaxBytes + 1) } },
        { "no speed", Usual with { MultiplyAddsPerSecond = 0 } },
        { "endless speed", Usual with { MultiplyAddsPerSecond = double.PositiveInfinity } },
        { "negative memory", Usual with { MemoryBudgetBytes = -1 } },
        { "no download", Usual with { DownloadBytesPerSecond = 0 } },
        { "negative upload", Usual with { UploadBytesPerSecond = -1 } },
        { "negative power", Usual with { ComputeWatts = -1 } },
        { "power that is no number", Usual with { RadioWatts = double.NaN } },
        { "infinite power", Usual with { RadioWatts = double.PositiveInfinity } },
        { "drop-out above one", Usual with { DropOut = 1.01 } },
        { "drop-out that is no number", Usual with { DropOut = double.NaN } },
        { "no latency", Usual with { Latency = null! } },
        { "no factor", Usual with { ComputeFactor = null! } },
        { "no availability", Usual with { Availability = null! } },
        { "a clock that is ten years ahead", Usual with { ClockSkew = TimeSpan.FromDays(3650) + new TimeSpan(1) } },
        { "a clock that is ten years behind", Usual with { ClockSkew = -TimeSpan.FromDays(3650) - new TimeSpan(1) } },
    };

    [Fact]
    public void A_device_with_nothing_but_a_name_is_right_and_has_the_defaults_stated()
    {
        Usual.Validate();
        Assert.Equal(
            ("device", 1e9, long.MaxValue, 1e6, 1e6, 0.0, 1.0),
            (Usual.Kind, Usual.MultiplyAddsPerSecond, Usual.MemoryBudgetBytes, Usual.DownloadBytesPerSecond, Usual.UploadBytesPerSecond, Usual.Latency.Mean, Usual.ComputeFactor.Mean));
        Assert.Same(AvailabilityPattern.Always, Usual.Availability);
        Assert.Equal((0.0, TimeSpan.Zero, false), (Usual.DropOut, Usual.ClockSkew, Usual.IsStraggler));
        Assert.Null(Usual.JobDuration);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_device_that_cannot_be_is_refused(string what, SimulatedDevice device) =>
        Assert.True(Record.Exception(device.Validate) is ArgumentException, what);

    [Fact]
    public void The_kinds_are_right_devices_from_strong_to_weak()
    {
        DeviceKind[] kinds = [DeviceKind.Phone, DeviceKind.Watch, DeviceKind.Sensor];
        Assert.All(kinds, kind => DevicePopulation.Of(kind, 1, 1)[0].Validate());
        foreach (Func<DeviceKind, double> strength in (Func<DeviceKind, double>[])[
            kind => kind.MultiplyAddsPerSecond, kind => kind.MinMemoryBytes, kind => kind.DownloadBytesPerSecond, kind => kind.UploadBytesPerSecond, kind => -kind.LatencySeconds])
        {
            Assert.Equal(kinds, kinds.OrderByDescending(strength));
        }
    }
}
