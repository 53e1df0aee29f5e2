using System.Collections.Immutable;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Tests;

public sealed class DevicePopulationTests
{
    public static TheoryData<string> Kinds => [DeviceKind.Phone.Name, DeviceKind.Watch.Name, DeviceKind.Sensor.Name];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Devices_of_a_kind_differ_from_the_typical_one_by_as_much_as_is_said(string name)
    {
        DeviceKind kind = new[] { DeviceKind.Phone, DeviceKind.Watch, DeviceKind.Sensor }.Single(kind => kind.Name == name);
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Of(kind, 2000, seed: 1);

        Assert.Equal(Enumerable.Range(1, 2000).Select(i => $"{name}-{i}"), devices.Select(device => device.Name));
        double[] logs = [.. devices.Select(device => Math.Log(device.MultiplyAddsPerSecond / kind.MultiplyAddsPerSecond))];
        Assert.InRange(logs.Average(), -0.025, 0.025);
        Assert.InRange(Math.Sqrt(logs.Average(log => log * log)), 0.235, 0.265);
        Assert.All(devices, device =>
        {
            device.Validate();
            Assert.Equal(name, device.Kind);
            Assert.InRange(device.MemoryBudgetBytes, kind.MinMemoryBytes, kind.MinMemoryBytes * 3 / 2);
            Assert.Equal((kind.DownloadBytesPerSecond, kind.UploadBytesPerSecond), (device.DownloadBytesPerSecond, device.UploadBytesPerSecond));
            Assert.Equal(LatencyDistribution.LogNormal(kind.LatencySeconds, 0.5).ToString(), device.Latency.ToString());
            Assert.False(device.IsStraggler);
        });
        Assert.InRange(devices.Average(device => device.MemoryBudgetBytes), kind.MinMemoryBytes * 1.23, kind.MinMemoryBytes * 1.27);
    }

    [Theory]
    [InlineData(100, 40, 25)]
    [InlineData(7, 2, 1)]
    [InlineData(1, 0, 0)]
    public void A_mixture_has_two_fifths_phones_and_a_quarter_sensors(int count, int phones, int sensors)
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Mixed(count, seed: 3);
        Assert.Equal(
            (phones, sensors, count - phones - sensors),
            (devices.Count(device => device.Kind == "phone"), devices.Count(device => device.Kind == "sensor"), devices.Count(device => device.Kind == "watch")));
        Assert.Equal(count, devices.Select(device => device.Name).Distinct().Count());
    }

    [Fact]
    public void A_mixture_is_in_random_order()
    {
        string[] kinds = [.. DevicePopulation.Mixed(100, seed: 3).Select(device => device.Kind)];
        Assert.InRange(kinds.Zip(kinds.Skip(1)).Count(pair => pair.First != pair.Second), 40, 90);
    }

    [Fact]
    public void The_same_seed_makes_the_same_devices_and_another_makes_others()
    {
        Assert.Equal(Text(DevicePopulation.Of(DeviceKind.Watch, 50, 1)), Text(DevicePopulation.Of(DeviceKind.Watch, 50, 1)));
        Assert.NotEqual(Text(DevicePopulation.Of(DeviceKind.Watch, 50, 1)), Text(DevicePopulation.Of(DeviceKind.Watch, 50, 2)));
        Assert.Equal(Text(DevicePopulation.Mixed(50, 1)), Text(DevicePopulation.Mixed(50, 1)));
        Assert.NotEqual(Text(DevicePopulation.Mixed(50, 1)), Text(DevicePopulation.Mixed(50, 2)));
    }

    [Fact]
    public void A_device_is_the_same_however_many_others_there_are() =>
        Assert.Equal(Text(DevicePopulation.Of(DeviceKind.Phone, 5, 1)), Text(DevicePopulation.Of(DeviceKind.Phone, 50, 1)[..5]));

    [Fact]
    public void Devices_that_are_alike_differ_in_name_only()
    {
        var prototype = new SimulatedDevice { Name = "twin", MultiplyAddsPerSecond = 5, DropOut = 0.25, ClockSkew = TimeSpan.FromHours(1) };
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Alike(3, prototype);
        Assert.Equal(["twin-1", "twin-2", "twin-3"], devices.Select(device => device.Name));
        Assert.All(devices, device => Assert.Equal(prototype, device with { Name = "twin" }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.04, 0)]
    [InlineData(0.05, 1)]
    [InlineData(0.25, 3)]
    [InlineData(0.9, 9)]
    [InlineData(1, 10)]
    public void The_number_of_stragglers_is_the_rounded_share(double share, int count)
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.WithStragglers(DevicePopulation.Mixed(10, 1), share, 10, seed: 2);
        Assert.Equal(count, devices.Count(device => device.IsStraggler));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stragglers_compute_more_slowly_and_send_more_slowly_only_if_asked(bool slowsLinks)
    {
        ImmutableArray<SimulatedDevice> before = DevicePopulation.Mixed(40, 1);
        ImmutableArray<SimulatedDevice> after = DevicePopulation.WithStragglers(before, 0.5, 8, seed: 2, slowsLinks: slowsLinks);
        double link = slowsLinks ? 8 : 1;
        foreach ((SimulatedDevice usual, SimulatedDevice device) in before.Zip(after))
        {
            Assert.Equal(
                !device.IsStraggler
                    ? usual
                    : usual with
                    {
                        IsStraggler = true,
                        MultiplyAddsPerSecond = usual.MultiplyAddsPerSecond / 8,
                        DownloadBytesPerSecond = usual.DownloadBytesPerSecond / link,
                        UploadBytesPerSecond = usual.UploadBytesPerSecond / link,
                    },
                device);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stragglers_whose_jobs_duration_is_given_take_that_much_longer(bool slowsLinks)
    {
        ImmutableArray<SimulatedDevice> before = DevicePopulation.Alike(10, new SimulatedDevice { Name = "d", JobDuration = LatencyDistribution.Constant(10) });
        ImmutableArray<SimulatedDevice> after = DevicePopulation.WithStragglers(before, 0.5, 8, seed: 2, slowsLinks: slowsLinks);
        Assert.Equal(5, Stragglers(after).Count());
        Assert.All(after, device => Assert.Equal(device.IsStraggler ? 80 : 10, JobTiming.Draw(device, default, default, null, new SeededRandom(1)).End!.TotalSeconds));
    }

    [Fact]
    public void Stragglers_are_those_with_the_greatest_affinity()
    {
        double[] affinity = [.. Enumerable.Range(0, 30).Select(i => i * 7 % 30 / 30.0)];
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.WithStragglers(DevicePopulation.Mixed(30, 1), 0.2, 10, seed: 2, i => affinity[i]);
        Assert.Equal(Enumerable.Range(0, 30).Where(i => affinity[i] >= 24 / 30.0), Stragglers(devices));
    }

    [Fact]
    public void Between_devices_of_the_same_affinity_the_draw_decides()
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Mixed(20, 1);
        int[] chosen = new int[20];
        for (ulong seed = 0; seed < 1000; seed++)
        {
            foreach (int i in Stragglers(DevicePopulation.WithStragglers(devices, 0.3, 10, seed, i => i < 4 ? 1 : 0)))
            {
                chosen[i]++;
            }
        }

        // The first four always, two more of the sixteen others.
        Assert.All(chosen[..4], count => Assert.Equal(1000, count));
        Assert.All(chosen[4..], count => Assert.InRange(count, 80, 170));
    }

    [Fact]
    public void Without_an_affinity_the_seed_determines_which_devices_are_stragglers()
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Mixed(20, 1);
        int[] chosen = new int[20];
        for (ulong seed = 0; seed < 1000; seed++)
        {
            foreach (int i in Stragglers(DevicePopulation.WithStragglers(devices, 0.3, 10, seed)))
            {
                chosen[i]++;
            }
        }

        Assert.All(chosen, count => Assert.InRange(count, 240, 360));
        Assert.Equal(Stragglers(DevicePopulation.WithStragglers(devices, 0.3, 10, 5)), Stragglers(DevicePopulation.WithStragglers(devices, 0.3, 10, 5)));
    }

    [Fact]
    public void The_devices_given_stay_as_they_are()
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Mixed(10, 1);
        _ = DevicePopulation.WithStragglers(devices, 1, 10, seed: 1);
        Assert.DoesNotContain(devices, device => device.IsStraggler);
    }

    [Fact]
    public void Numbers_that_make_no_population_are_refused()
    {
        ImmutableArray<SimulatedDevice> devices = DevicePopulation.Mixed(4, 1);
        Assert.Throws<ArgumentOutOfRangeException>("count", () => DevicePopulation.Of(DeviceKind.Phone, 0, 1));
        Assert.Throws<ArgumentNullException>("kind", () => DevicePopulation.Of(null!, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => DevicePopulation.Mixed(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => DevicePopulation.Alike(0, devices[0]));
        Assert.Throws<ArgumentNullException>("prototype", () => DevicePopulation.Alike(1, null!));
        foreach (double bad in (ReadOnlySpan<double>)[-0.1, 1.1, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("share", () => DevicePopulation.WithStragglers(devices, bad, 10, 1));
        }

        foreach (double bad in (ReadOnlySpan<double>)[0, 0.9, -3, double.NaN, double.PositiveInfinity])
        {
            Assert.Contains("at least 1", Assert.Throws<ArgumentOutOfRangeException>("factor", () => DevicePopulation.WithStragglers(devices, 0.5, bad, 1)).Message);
        }
    }

    [Fact]
    public void Stragglers_of_no_devices_are_refused()
    {
        foreach (ImmutableArray<SimulatedDevice> none in (ImmutableArray<SimulatedDevice>[])[[], default])
        {
            Assert.Contains("no devices", Assert.Throws<ArgumentException>("devices", () => DevicePopulation.WithStragglers(none, 0.5, 10, 1)).Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_kind_without_a_latency_is_refused_by_name(double seconds) =>
        Assert.Contains("'phone' has the LatencySeconds", Assert.Throws<ArgumentException>("kind", () => DevicePopulation.Of(DeviceKind.Phone with { LatencySeconds = seconds }, 2, 1)).Message);

    private static IEnumerable<int> Stragglers(ImmutableArray<SimulatedDevice> devices) =>
        Enumerable.Range(0, devices.Length).Where(i => devices[i].IsStraggler);

    private static IEnumerable<string> Text(ImmutableArray<SimulatedDevice> devices) => devices.Select(device => device.ToString());
}
