using System.Collections.Immutable;
using Ftte.TinyEngine;
using Wearables.Data;

namespace Wearables.Privacy;

/// <summary>Divides the windows of people into clients: a client has a part of one recording, so that there are enough clients for differential privacy.</summary>
internal static class ClientData
{
    /// <summary>The number of clients per recording.</summary>
    public const int PartsPerRecording = 4;

    /// <summary>Divides the training windows of devices.</summary>
    public static ImmutableArray<IExampleSource> Divide(IEnumerable<PersonDevice> devices)
    {
        var clients = ImmutableArray.CreateBuilder<IExampleSource>();
        foreach (PersonDevice device in devices)
        {
            int start = 0;
            foreach (int end in device.RecordingEnds)
            {
                for (int part = 0; part < PartsPerRecording; part++)
                {
                    int first = start + ((end - start) * part / PartsPerRecording), next = start + ((end - start) * (part + 1) / PartsPerRecording);
                    if (next > first)
                    {
                        clients.Add(new ExampleRange(device.Training, first, next - first));
                    }
                }

                start = end;
            }
        }

        return clients.ToImmutable();
    }
}
