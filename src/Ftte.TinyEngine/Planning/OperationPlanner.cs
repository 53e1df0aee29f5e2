using System.Diagnostics;
using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Chooses the planned form of each operation.</summary>
internal static class OperationPlanner
{
    /// <summary>Declares the tensors of an operation and binds the operation to them.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="plan">The plan, at the step of this operation.</param>
    public static PlannedOperation Plan(Operation operation, PlanBuilder plan) => operation switch
    {
        Convolution op => PlannedConvolution.Plan(op, plan),
        DepthwiseConvolution op => PlannedDepthwiseConvolution.Plan(op, plan),
        BatchNorm op when plan.Settings.Normalization == NormalizationMode.Batch => PlannedBatchNorm.Plan(op, plan),
        BatchNorm op => PlannedFrozenBatchNorm.Plan(op, plan),
        GroupNorm op => PlannedGroupNorm.Plan(op, plan),
        MaskedActivation op => PlannedMaskedActivation.Plan(op, plan),
        SmoothActivation op => PlannedSmoothActivation.Plan(op, plan),
        Dropout op => PlannedDropout.Plan(op, plan),
        MaxPooling op => PlannedMaxPooling.Plan(op, plan),
        AveragePooling op => PlannedAveragePooling.Plan(op, plan),
        GlobalPooling op => PlannedGlobalPooling.Plan(op, plan),
        Add op => PlannedAdd.Plan(op, plan),
        Concat op => PlannedConcat.Plan(op, plan),
        LossOperation op when plan.Settings.IsForwardOnly => PlannedOutputs.Plan(op, plan),
        LossOperation op => PlannedLossOperation.Plan(op, plan),
        _ => throw new UnreachableException($"{operation.GetType().Name} has no planned form. Add it to this switch."),
    };
}
