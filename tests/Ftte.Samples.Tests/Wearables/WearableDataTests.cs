using System.Collections.Immutable;
using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;
using Wearables.Data;

namespace Ftte.Samples.Tests.Wearables;

public class WearableDataTests
{
    [Theory]
    [InlineData(23)]
    [InlineData(12)]
    [InlineData(13)]
    public void Over_all_folds_every_person_is_a_newcomer_once_and_has_one_role_in_each(int count)
    {
        int[] people = [.. Enumerable.Range(1, count)];
        Roles[] folds = [.. Enumerable.Range(0, Roles.Folds(count)).Select(fold => Roles.Of(people, fold, seed: 3))];

        Assert.Equal(people, folds.SelectMany(roles => roles.Newcomers).Order());
        Assert.All(folds, roles => Assert.Equal(people, roles.Base.Concat(roles.Newcomers).Concat(roles.Participants).Order()));
        Assert.All(folds, roles => Assert.Equal(4, roles.Base.Length));
        Assert.NotEqual(folds[0].Newcomers, Roles.Of(people, 0, seed: 4).Newcomers);
    }

    [Fact]
    public void The_latest_recordings_are_held_out_and_the_first_ones_are_labeled_first()
    {
        var device = PersonDevice.Create(Enumerable.Range(1, 10).Reverse().Select(execution => Recording(execution, samples: 128)));

        Assert.Equal([8, 9, 10], Values(device.Test));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Values(device.Training));
        Assert.Equal([1], Values(device.First(1)));
        Assert.Equal([1, 2], Values(device.First(2)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Values(device.First(null)));
        Assert.Equal([1], Values(device.Divide(2).Earlier));
        Assert.Equal([2], Values(device.Divide(2).Last!));
        Assert.Equal([7], Values(device.Divide(null).Last!));
        Assert.Null(device.Divide(1).Last);
    }

    [Fact]
    public void One_recording_or_recordings_shorter_than_a_window_are_refused()
    {
        Assert.Contains("at least 2 are needed", Assert.Throws<InvalidDataException>(() => PersonDevice.Create([Recording(1, 128)])).Message, StringComparison.Ordinal);
        Assert.Contains("shorter than a window", Assert.Throws<InvalidDataException>(() => PersonDevice.Create([Recording(1, 20), Recording(2, 20)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pooled_examples_are_those_of_every_device_in_order()
    {
        var pool = new PooledExamples([Source(1, 2), Source(3), Source(4, 5, 6)]);

        Assert.Equal([1, 2, 3, 4, 5, 6], Values(pool));
    }

    [Fact]
    public void Devices_are_normalized_with_the_statistics_of_the_base_people_unless_they_have_their_own()
    {
        ImmutableArray<PersonDevice> devices = [.. People.Open(folder: null).Where(device => device.Kind == WearableDevice.Watch)];
        FoldData shared = FoldData.Create(devices, 0, 1, Scaling.Base), own = FoldData.Create(devices, 0, 1, Scaling.Device);

        Assert.All(own.Participants, device => Assert.Equal(0, Mean(device.Training), 1e-3));
        Assert.Contains(shared.Participants, device => Math.Abs(Mean(device.Training)) > 0.1);
        Assert.Equal(0, shared.Base.Sum(device => Mean(device.Training) * device.Training.Count), 0.1);
    }

    private static double Mean(IExampleSource source)
    {
        float[] input = new float[source.InputLength];
        return Enumerable.Range(0, source.Count).Average(i =>
        {
            source.CopyTo(i, input);
            return input.Where((_, at) => at % PersonDevice.Channels == 0).Average();
        });
    }

    private static int[] Values(IExampleSource source)
    {
        float[] input = new float[source.InputLength];
        return [.. Enumerable.Range(0, source.Count).Select(i =>
        {
            source.CopyTo(i, input);
            return (int)input[0];
        }).Distinct()];
    }

    private static ArrayExamples Source(params float[] values) => new(values, new int[values.Length], inputLength: 1);

    /// <summary>Creates a recording at 50 Hz whose values are the number of the execution.</summary>
    private static WearableRecording Recording(int execution, int samples)
    {
        float[] values = new float[samples * PersonDevice.Channels];
        Array.Fill(values, execution);
        TimeSpan[] times = [.. Enumerable.Range(0, samples).Select(i => TimeSpan.FromMilliseconds(20 * i))];
        return new WearableRecording(1, execution, WearableDevice.Watch, new Recording(values, times, new int[samples], PersonDevice.Channels));
    }
}
