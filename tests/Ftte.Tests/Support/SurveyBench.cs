using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>Lets devices measure importance.</summary>
internal static class SurveyBench
{
    public static CheckOutRequest Probing(string client) => Device(client) with { CanProbe = true };

    /// <summary>Checks a device out that is asked what the blocks are worth.</summary>
    public static async Task<TrainingAssignment> Probe(ServerBench bench, string client)
    {
        CheckOutResponse answer = await bench.CheckOutResponse(Probing(client));
        Assert.Equal(UpdateContent.Importance, answer.Assignment!.Content);
        return answer.Assignment;
    }

    public static async Task<UpdateReceipt> Answer(ServerBench bench, TrainingAssignment assignment, params float[] values)
    {
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), values);
        return await bench.Server.SubmitAsync(update);
    }
}
