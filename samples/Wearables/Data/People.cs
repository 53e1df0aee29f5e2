using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.TinyEngine.TimeSeries;

namespace Wearables.Data;

/// <summary>Opens the examples of all people.</summary>
internal static class People
{
    /// <summary>Opens the data.</summary>
    /// <param name="folder">The folder with one folder per person, of the data set of Matey-Sanz, Casteleyn and Granell; null for synthetic data.</param>
    /// <returns>The devices, in the order of the people.</returns>
    /// <exception cref="InputException">A file is invalid, or there are too few people.</exception>
    public static ImmutableArray<PersonDevice> Open(string? folder)
    {
        try
        {
            IEnumerable<WearableRecording> recordings = folder is null ? SyntheticMotion.Generate() : WearableData.ReadFolder(folder);
            ImmutableArray<PersonDevice> devices = [.. recordings.GroupBy(recording => (recording.Person, recording.Device)).Select(group => PersonDevice.Create(group))];
            int people = devices.Select(device => device.Person).Distinct().Count();
            return people >= Roles.MinPeople
                ? devices
                : throw new InputException($"--data '{folder}': it has {people} people, but {Roles.MinPeople} are needed; specify the folder with all people.");
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException)
        {
            throw new InputException($"--data '{folder}': {bad.Message}", bad);
        }
    }
}
