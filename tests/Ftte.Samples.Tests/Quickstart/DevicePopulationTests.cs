using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public class DevicePopulationTests
{
    [Theory]
    [InlineData(10, 9, 4, 4, 2)]
    [InlineData(14, 13, 5, 6, 3)]
    [InlineData(15, 14, 6, 6, 3)]
    [InlineData(100, 90, 40, 35, 25)]
    [InlineData(10_000, 9_000, 4_000, 3_500, 2_500)]
    public void Nine_in_ten_devices_are_slow_and_the_kinds_have_their_shares(int count, int slow, int phones, int watches, int sensors)
    {
        DeviceSpec[] devices = Create(1, count);
        Assert.Equal(slow, devices.Count(d => d.IsSlow));
        Assert.Equal(phones, devices.Count(d => d.Kind == DeviceKind.Phone));
        Assert.Equal(watches, devices.Count(d => d.Kind == DeviceKind.Watch));
        Assert.Equal(sensors, devices.Count(d => d.Kind == DeviceKind.Sensor));
    }

    [Fact]
    public void A_slow_device_takes_ten_times_longer_for_an_example()
    {
        DeviceSpec[] devices = Create(1, 100);
        double fast = Assert.Single(devices.Where(d => !d.IsSlow).Select(d => d.SecondsPerExample).Distinct());
        double slow = Assert.Single(devices.Where(d => d.IsSlow).Select(d => d.SecondsPerExample).Distinct());
        Assert.Equal(10, slow / fast, 12);
    }

    [Fact]
    public void Memory_budgets_are_unequal_and_no_less_than_the_least_of_the_kind()
    {
        DeviceSpec[] devices = Create(1, 100);
        Assert.All(devices, d => Assert.InRange(d.MemoryBudgetBytes, d.Kind.LeastMemoryBytes, d.Kind.LeastMemoryBytes * 3 / 2));
        Assert.True(devices.Select(d => d.MemoryBudgetBytes).Distinct().Count() > 90);
    }

    [Fact]
    public void Names_are_unique_and_the_server_accepts_them()
    {
        DeviceSpec[] devices = Create(1, 1000);
        Assert.Equal(1000, devices.Select(d => new ClientId(d.Name)).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_devices_and_another_gives_others()
    {
        Assert.Equal(Create(1, 50), Create(1, 50));
        Assert.NotEqual(Create(1, 50), Create(2, 50));
    }

    [Fact]
    public void Who_is_slow_has_nothing_to_do_with_what_the_device_holds()
    {
        DeviceSpec[] few = DevicePopulation.Create(1, [.. Enumerable.Repeat(5, 60)]);
        DeviceSpec[] many = DevicePopulation.Create(1, [.. Enumerable.Range(100, 60)]);
        Assert.Equal(few.Select(d => d with { ExampleCount = 0 }), many.Select(d => d with { ExampleCount = 0 }));
        Assert.Equal(Enumerable.Range(100, 60), many.Select(d => d.ExampleCount));
    }

    [Fact]
    public void Every_kind_has_slow_devices_in_proportion()
    {
        foreach (IGrouping<DeviceKind, DeviceSpec> kind in Create(1, 10_000).GroupBy(d => d.Kind))
        {
            Assert.InRange(kind.Average(d => d.IsSlow ? 1 : 0), 0.88, 0.92);
        }
    }

    private static DeviceSpec[] Create(ulong seed, int count) => DevicePopulation.Create(seed, [.. Enumerable.Repeat(100, count)]);
}
