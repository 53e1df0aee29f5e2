using System.Runtime.InteropServices;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>
/// A trainer with state: it corrects the drift of many local steps with control variates, as SCAFFOLD does (arXiv 1910.06378). The mean gradient of all devices, which SCAFFOLD's server
/// sends, is estimated from how the model moved since the device's last round.
/// </summary>
internal sealed class ControlVariateTrainer(ParameterLayout layout, IClientStateStore state, float[] target, float curvature) : ILocalTrainer
{
    private const int Steps = 20;
    private const float Rate = 0.02f;

    public ParameterLayout Layout => layout;

    public ValueTask<SparseUpdate> TrainAsync(TrainingAssignment assignment, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken = default)
    {
        float[] received = parameters.ToArray(), w = parameters.ToArray();
        float[] own = new float[w.Length], mean = new float[w.Length];
        Load(assignment.Version, received, own, mean);
        for (int step = 0; step < Steps; step++)
        {
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= Rate * ((curvature * (w[i] - target[i])) - own[i] + mean[i]);
            }
        }

        for (int i = 0; i < w.Length; i++)
        {
            own[i] += ((received[i] - w[i]) / (Steps * Rate)) - mean[i];
            w[i] -= received[i];
        }

        Save(assignment.Version, received, own);
        float[] packed = new float[assignment.Selection.Count];
        assignment.Selection.Gather(w, packed);
        return new(SparseUpdate.Create(assignment.CreateHeader(exampleCount: 1), packed));
    }

    private void Load(ModelVersion version, float[] received, float[] own, float[] mean)
    {
        if (state.Load() is not { } saved || saved.Length != sizeof(long) + (2 * sizeof(float) * own.Length))
        {
            return; // The first round, or the state of another model.
        }

        long versions = version.Number - MemoryMarshal.Read<long>(saved);
        ReadOnlySpan<float> last = MemoryMarshal.Cast<byte, float>(saved.AsSpan(sizeof(long)));
        last[own.Length..].CopyTo(own);
        for (int i = 0; i < mean.Length && versions > 0; i++)
        {
            mean[i] = (last[i] - received[i]) / (versions * Steps * Rate);
        }
    }

    private void Save(ModelVersion version, float[] received, float[] own) =>
        state.Save([.. BitConverter.GetBytes(version.Number), .. MemoryMarshal.AsBytes<float>(received), .. MemoryMarshal.AsBytes<float>(own)]);
}
