using CsCheck;
using Ftte.Simulation.Running;

namespace Ftte.Simulation.Tests;

public sealed class IdleDevicesTests
{
    private static readonly Func<int, bool> Anyone = _ => true;

    [Theory]
    [InlineData(DeviceOrder.Random)]
    [InlineData(DeviceOrder.LongestIdle)]
    public void Whoever_is_taken_is_idle_and_may_be_asked_and_is_idle_no_more(DeviceOrder order) =>
        Gen.Select(Gen.Int[0, 8], Gen.ULong, Gen.Select(Gen.Int[0, 255], Gen.Bool).List[0, 40]).Sample((count, seed, steps) =>
        {
            var idle = new IdleDevices(count, order, seed);
            var twin = new List<int>(Enumerable.Range(0, count));
            foreach ((int mask, bool adds) in steps)
            {
                if (adds && Enumerable.Range(0, count).Except(twin).ToArray() is [var back, ..])
                {
                    idle.Add(back);
                    twin.Add(back);
                    continue;
                }

                bool CanBeAsked(int device) => (mask >> device & 1) != 0;
                int taken = idle.Take(CanBeAsked);
                Assert.Equal(twin.Any(CanBeAsked), taken >= 0);
                if (order == DeviceOrder.LongestIdle)
                {
                    Assert.Equal(twin.Where(CanBeAsked).Append(-1).First(), taken);
                }

                Assert.True(taken < 0 || (twin.Remove(taken) && CanBeAsked(taken)));
                Assert.Equal(twin.Count, idle.Count);
                Assert.Equal(twin.Order(), idle.All.Order());
            }
        }, iter: 1000);

    [Fact]
    public void Any_device_is_drawn_equally_often()
    {
        var idle = new IdleDevices(10, DeviceOrder.Random, 1);
        int[] counts = new int[10];
        for (int i = 0; i < 20_000; i++)
        {
            int device = idle.Take(Anyone);
            counts[device]++;
            idle.Add(device);
        }

        Assert.All(counts, count => Assert.InRange(count, 1_830, 2_170));
    }

    [Fact]
    public void Of_a_few_that_can_be_asked_among_very_many_any_is_drawn_equally_often()
    {
        // Two that stand side by side and one alone.
        int[] few = [100, 101, 700], counts = new int[3];
        for (ulong seed = 0; seed < 1500; seed++)
        {
            int device = new IdleDevices(1000, DeviceOrder.Random, seed).Take(few.Contains);
            counts[Array.IndexOf(few, device)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 430, 570));
    }

    [Fact]
    public void The_same_seed_draws_the_same_devices_and_another_does_not()
    {
        static int[] Draw(ulong seed)
        {
            var idle = new IdleDevices(50, DeviceOrder.Random, seed);
            return [.. Enumerable.Range(0, 50).Select(_ => idle.Take(Anyone))];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.Equal(Enumerable.Range(0, 50), Draw(1).Order());
    }

    [Fact]
    public void How_many_were_tried_before_changes_nothing()
    {
        // The second draw is the same whether or not the first had to try again.
        var first = new IdleDevices(30, DeviceOrder.Random, 4);
        var second = new IdleDevices(30, DeviceOrder.Random, 4);
        int taken = first.Take(Anyone);
        first.Add(taken);
        int other = second.Take(device => device != taken);
        second.Add(other);
        int[] next = [Position(first, taken), Position(second, other)];
        Assert.Equal(next[0], next[1]);

        static int Position(IdleDevices idle, int last)
        {
            int[] devices = [.. idle.All];
            Assert.Equal(last, devices[^1]);
            return Array.IndexOf(devices, idle.Take(Anyone));
        }
    }

    [Fact]
    public void Whoever_has_been_idle_longest_comes_first_whoever_comes_back_last()
    {
        var idle = new IdleDevices(3, DeviceOrder.LongestIdle, 1);
        Assert.Equal(0, idle.Take(Anyone));
        Assert.Equal(2, idle.Take(device => device == 2));
        idle.Add(2);
        idle.Add(0);
        Assert.Equal([1, 2, 0, -1], Enumerable.Range(0, 4).Select(_ => idle.Take(Anyone)));
    }
}
