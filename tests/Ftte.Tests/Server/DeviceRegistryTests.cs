namespace Ftte.Tests;

public class DeviceRegistryTests
{
    private static DeviceRegistry Of(params long[] budgets)
    {
        var registry = new DeviceRegistry();
        for (int i = 0; i < budgets.Length; i++)
        {
            registry.Register(new ClientId($"d{i}"), budgets[i]);
        }

        return registry;
    }

    [Fact]
    public void A_registry_with_other_unregistered_devices_keeps_the_registered_ones_and_their_budgets()
    {
        var registry = new DeviceRegistry();
        registry.Register(new ClientId("registered"), 100);
        registry.Observe(new ClientId("local"), 1);

        DeviceRegistry combined = registry.WithClaims([(new ClientId("registered"), 5), (new ClientId("other"), 50)]);

        Assert.Equal(2, combined.Count);
        Assert.Equal(50, combined.GetMemoryBudget().Bytes);
        Assert.False(combined.Contains(new ClientId("local")));
    }

    [Fact]
    public void The_budget_is_the_weakest_devices_and_leaves_nobody_out()
    {
        MemoryBudget budget = Of(300, 100, 200).GetMemoryBudget();
        Assert.Equal(100, budget.Bytes);
        Assert.Empty(budget.Excluded);
    }

    [Theory]
    [InlineData(0.0, 10, "")]
    [InlineData(0.09, 10, "")]
    [InlineData(0.1, 20, "d1")]
    [InlineData(0.25, 30, "d1,d0")]
    [InlineData(0.5, 60, "d1,d0,d2,d3,d4")]
    [InlineData(0.999, 100, "d1,d0,d2,d3,d4,d5,d6,d7,d8")]
    public void A_share_leaves_out_the_weakest_by_name_and_no_more_than_that(double share, long bytes, string excluded)
    {
        MemoryBudget budget = Of(20, 10, 30, 40, 50, 60, 70, 80, 90, 100).GetMemoryBudget(share);
        Assert.Equal(bytes, budget.Bytes);
        Assert.Equal(excluded, string.Join(',', budget.Excluded));
    }

    [Fact]
    public void Devices_with_the_very_budget_given_are_not_left_out()
    {
        MemoryBudget budget = Of(5, 7, 7, 7, 9).GetMemoryBudget(0.6);
        Assert.Equal(7, budget.Bytes);
        Assert.Equal([new ClientId("d0")], budget.Excluded.AsEnumerable());
    }

    [Fact]
    public void Equally_weak_devices_are_named_in_the_order_of_their_names()
    {
        var registry = new DeviceRegistry();
        foreach (string name in new[] { "b", "C", "a" })
        {
            registry.Register(new ClientId(name), 1);
        }

        registry.Register(new ClientId("strong"), 2);
        Assert.Equal(["C", "a", "b"], registry.GetMemoryBudget(0.75).Excluded.Select(c => c.Value));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_share_outside_its_range_is_refused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(1).GetMemoryBudget(share));

    [Fact]
    public void Nobody_has_no_weakest() => Assert.Throws<InvalidOperationException>(() => new DeviceRegistry().GetMemoryBudget());

    [Fact]
    public void Registering_again_changes_the_budget()
    {
        DeviceRegistry registry = Of(100, 50);
        registry.Register(new ClientId("d1"), 400);
        Assert.Equal(2, registry.Count);
        Assert.Equal(100, registry.GetMemoryBudget().Bytes);
    }

    [Fact]
    public void A_device_that_left_no_longer_counts()
    {
        DeviceRegistry registry = Of(100, 50);
        Assert.True(registry.Remove(new ClientId("d1")));
        Assert.False(registry.Remove(new ClientId("d1")));
        Assert.False(registry.Contains(new ClientId("d1")));
        Assert.Equal(100, registry.GetMemoryBudget().Bytes);
    }

    [Fact]
    public void A_nameless_device_and_a_negative_budget_are_refused()
    {
        var registry = new DeviceRegistry();
        Assert.Throws<ArgumentException>(() => registry.Register(default, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => registry.Register(new ClientId("a"), -1));
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public void Devices_may_join_and_leave_while_the_budget_is_read()
    {
        DeviceRegistry registry = Of(1000);
        Parallel.For(0, 2000, i =>
        {
            var device = new ClientId($"thread-{i}");
            registry.Register(device, 1 + i);
            Assert.InRange(registry.GetMemoryBudget().Bytes, 1, 1000);
            Assert.True(registry.Contains(device));
            Assert.Equal(i % 2 == 0, i % 2 == 0 && registry.Remove(device));
        });
        Assert.Equal(1001, registry.Count);
        Assert.Equal(2, registry.GetMemoryBudget().Bytes);
    }

    [Fact]
    public void Claims_are_forgotten_beyond_their_count_and_after_their_time_and_registered_devices_are_not()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var registry = new DeviceRegistry(maxClaims: 2, claimRetention: TimeSpan.FromDays(1), time);
        registry.Register(new ClientId("trusted"), 5);
        foreach (string claim in new[] { "a", "b", "a", "c" })
        {
            registry.Observe(new ClientId(claim), 7);
        }

        Assert.Equal(["a", "c", "trusted"], new[] { "a", "b", "c", "trusted" }.Where(name => registry.Contains(new ClientId(name))));
        registry.Observe(new ClientId("trusted"), 1);
        Assert.Equal(5, registry.GetMemoryBudget().Bytes);

        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, registry.Count);
        Assert.True(registry.IsRegistered(new ClientId("trusted")));
        Assert.False(registry.IsRegistered(new ClientId("a")));
    }

    [Fact]
    public void A_hundred_thousand_names_leave_as_many_records_as_allowed()
    {
        var registry = new DeviceRegistry(maxClaims: 1000);
        for (int i = 0; i < 100_000; i++)
        {
            registry.Observe(new ClientId($"x{i}"), 0);
        }

        Assert.Equal(1000, registry.Count);
    }
}
